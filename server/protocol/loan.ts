/**
 * Shared memory of a worker thread that the main thread reads where it stands, instead of getting a copy: the worker
 * leaves it as it is until the loan is over. All that one rendering lends is one loan.
 */

/** One word of shared memory, made by the main thread: 0 until it is {@link endLoan | over}. */
export type Loan = Int32Array<SharedArrayBuffer>;

export function startLoan(): Loan {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Nothing that was lent is read any more from now on. Repeatable. */
export function endLoan(loan: Loan): void {
  Atomics.store(loan, 0, 1);
}

export function isOver(loan: Loan): boolean {
  return Atomics.load(loan, 0) !== 0;
}
