/** Where text goes. */
export interface Output {
  /** Takes the bytes `from` to `to`, not included, before they change. */
  write(source: Buffer, from: number, to: number): void;
}
