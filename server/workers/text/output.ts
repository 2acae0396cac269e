import type { Loan } from '../../protocol/loan';

/** Where the bytes of an exposition go. */
export interface Output {
  /** Copies the bytes `from` to `to`, not included: they may change afterwards. */
  write(source: Buffer, from: number, to: number): void;
  /**
   * Takes bytes of shared memory without a copy.
   *
   * @returns a loan: they must not change before it ends; `undefined` if they have been copied nevertheless
   */
  lend(source: Buffer<SharedArrayBuffer>, from: number, to: number): Loan | undefined;
}
