import type { Loan } from '../../protocol/loan';

/** Where text goes. */
export interface Output {
  /** Takes the bytes `from` to `to`, not included, before they change. */
  write(source: Buffer, from: number, to: number): void;
  /**
   * Takes bytes of shared memory as they are.
   * @returns until when they must not change; `undefined` if it has copied them after all
   */
  lend(source: Buffer<SharedArrayBuffer>, from: number, to: number): Loan | undefined;
}
