/** The marks of the last hour. */
import type { Mark } from '../../../protocol/page';

const HOUR_MS = 60 * 60_000;
const MAX_MARKS = 1000;

export class MarkLog {
  private marks: readonly Mark[] = [];

  get all(): readonly Mark[] {
    return this.marks;
  }

  add(marks: readonly Mark[], now: number): void {
    this.marks = [...this.marks, ...marks].filter(([time]) => now - time <= HOUR_MS).slice(-MAX_MARKS);
  }
}
