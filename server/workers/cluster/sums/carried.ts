/** What is carried of runs that have ended, and of series that have begun anew. Copied before the first change. */
import { shared } from '../series/column-memory';

export class Carried {
  /** Whether anything has been added. */
  hasGrown = false;
  private own = false;

  constructor(private column: Float64Array) {}

  get values(): Float64Array {
    return this.column;
  }

  /** The column, to be added to. */
  writable(): Float64Array {
    this.hasGrown = true;
    return this.copied();
  }

  add(at: number, value: number): void {
    const values = this.writable();
    values[at] = (values[at] as number) + value;
  }

  /** Replaces a number by one that is as large or larger. */
  set(at: number, value: number): void {
    this.copied()[at] = value;
  }

  /** Notes the start time of a series in a run: the earliest one of all runs counts. */
  noteStart(at: number, start: number): void {
    if (!((this.column[at] as number) <= start)) this.copied()[at] = start;
  }

  private copied(): Float64Array {
    if (!this.own) {
      const copy = shared(this.column.length);
      copy.set(this.column);
      this.column = copy;
      this.own = true;
    }
    return this.column;
  }
}
