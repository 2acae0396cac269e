/** Numbers that have come to have another length than there is room for, with their texts: of one block, in one update. */
import { MAX_NUMBER, writeNumber } from './digits';

export class ResizedNumbers {
  count = 0;
  /** By entry: the line. In ascending order. */
  readonly lines: number[] = [];
  /** By entry: how much further on what follows the number is to begin. */
  readonly shifts: number[] = [];
  /** By entry: how long the text of the number is. */
  private readonly lengths: number[] = [];
  private bytes = Buffer.allocUnsafeSlow(64 * MAX_NUMBER);

  /** Writes a number behind the others, for {@link keep} to make an entry of or not. @returns how long it is */
  write(value: number): number {
    const start = this.count * MAX_NUMBER;
    if (start + MAX_NUMBER > this.bytes.length) this.bytes = Buffer.concat([this.bytes, this.bytes]);
    return (this.lengths[this.count] = writeNumber(this.bytes, start, value) - start);
  }

  keep(line: number, growth: number): void {
    this.lines[this.count] = line;
    this.shifts[this.count] = growth + (this.count === 0 ? 0 : (this.shifts[this.count - 1] as number));
    this.count++;
  }

  /** Of the entry, or of what {@link write} has written last. */
  copy(entry: number, target: Buffer, at: number): void {
    const start = entry * MAX_NUMBER;
    const length = this.lengths[entry] as number;
    for (let i = 0; i < length; i++) target[at + i] = this.bytes[start + i] as number;
  }

  clear(): void {
    this.count = 0;
  }
}
