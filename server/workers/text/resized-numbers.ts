/** Numbers that have come to have another length than there is room for, with their texts: of one block, in one update. */
import { MAX_NUMBER, writeNumber } from './digits';

export class ResizedNumbers {
  count = 0;
  /** By entry: the line. In ascending order. */
  readonly lines: number[] = [];
  /** By entry: how much longer this and the numbers before have become. */
  private readonly growths: number[] = [];
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
    this.growths[this.count] = growth + this.shiftBefore(this.count);
    this.count++;
  }

  /** @returns how much further on that number is to begin for those before it, {@link count}: what is behind the last */
  shiftBefore(entry: number): number {
    return entry === 0 ? 0 : (this.growths[entry - 1] as number);
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
