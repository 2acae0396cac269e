/**
 * Which numbers of the columns are taken. Numbers are only ever taken behind all others, until the
 * columns are packed anew.
 */
export class ValueSpace {
  /** Numbers that are taken: the index of the first free one. */
  used = 0;

  /** @returns the index of the first of that many numbers */
  take(numbers: number): number {
    const base = this.used;
    this.used += numbers;
    return base;
  }

  /** Gives back the last numbers before `end`, as long as no others have been taken behind them. */
  giveBack(end: number, numbers: number): void {
    if (end === this.used) this.used -= numbers;
  }

  /** All numbers are free again. */
  startOver(): void {
    this.used = 0;
  }
}
