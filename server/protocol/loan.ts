/**
 * A loan: a worker thread lends shared memory to the main thread, which reads it in place instead of getting a copy. The
 * worker must not change the memory until the loan is over. One loan covers all memory that one rendering lends; if it is over
 * before the rendering has ended, nothing more of it is needed.
 */

/** One word of shared memory: 0 until the loan is over. The main thread makes it, and alone writes it. */
export type Loan = Int32Array<SharedArrayBuffer>;

export function startLoan(): Loan {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Call this when the memory is no longer read. Repeatable. */
export function endLoan(loan: Loan): void {
  Atomics.store(loan, 0, 1);
}

export function isOver(loan: Loan): boolean {
  return Atomics.load(loan, 0) !== 0;
}
