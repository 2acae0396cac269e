/** Lines of a page whose numbers have another length than the page has room for, with the texts of these numbers. */
import { writeNumber } from './digits';

/** The longest number. */
const MAX_NUMBER = 32;

export class ResizedLines {
  /** In ascending order. */
  readonly lines: number[] = [];
  /** By entry: where the text of the number begins and ends. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  bytes = Buffer.allocUnsafe(256);
  private used = 0;

  get count(): number {
    return this.lines.length;
  }

  /** Writes a number behind the others, for {@link keep} to make an entry of or not. @returns where it ends */
  write(value: number): number {
    this.reserve(MAX_NUMBER);
    return writeNumber(this.bytes, this.used, value);
  }

  /** Where {@link write} has written. */
  get at(): number {
    return this.used;
  }

  keep(line: number, end: number): void {
    this.lines.push(line);
    this.starts.push(this.used);
    this.ends.push(end);
    this.used = end;
  }

  /** The first entry that is not before that line. */
  find(line: number): number {
    let low = 0;
    for (let high = this.count; low < high;) {
      const middle = (low + high) >> 1;
      if ((this.lines[middle] as number) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  remove(line: number): void {
    const entry = this.find(line);
    if (this.lines[entry] !== line) return;
    for (const list of [this.lines, this.starts, this.ends]) list.splice(entry, 1);
  }

  clear(): void {
    this.lines.length = this.starts.length = this.ends.length = 0;
    this.used = 0;
  }

  /** Becomes both others together; where both have a line, the newer one counts. */
  merge(older: ResizedLines, newer: ResizedLines): void {
    this.clear();
    let from = 0;
    for (let entry = 0; entry < newer.count; entry++) {
      const line = newer.lines[entry] as number;
      for (; from < older.count && (older.lines[from] as number) < line; from++) this.copy(older, from);
      if (older.lines[from] === line) from++;
      this.copy(newer, entry);
    }
    for (; from < older.count; from++) this.copy(older, from);
  }

  private copy(other: ResizedLines, entry: number): void {
    const start = other.starts[entry] as number;
    const length = (other.ends[entry] as number) - start;
    this.reserve(length);
    for (let i = 0; i < length; i++) this.bytes[this.used + i] = other.bytes[start + i] as number;
    this.keep(other.lines[entry] as number, this.used + length);
  }

  private reserve(length: number): void {
    if (this.used + length <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.used + length));
    this.bytes.copy(larger);
    this.bytes = larger;
  }
}
