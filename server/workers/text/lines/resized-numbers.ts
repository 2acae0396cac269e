/** The numbers of one block whose texts have another length now, and these texts. */
import { withRoom } from '../../../../core/bytes';
import { MAX_NUMBER, writeNumber } from './digits';

export class ResizedNumbers {
  /** How many entries there are. */
  count = 0;
  /** By entry: the line. In ascending order. */
  readonly lines: number[] = [];
  /** By entry: by how many bytes this number and those before have grown. */
  private readonly growths: number[] = [];
  /** By entry: bytes of the number's text. */
  private readonly lengths: number[] = [];
  /** By entry: the number's text, {@link MAX_NUMBER} bytes for each. */
  private texts = Buffer.allocUnsafeSlow(64 * MAX_NUMBER);

  clear(): void {
    this.count = 0;
  }

  /** Writes a number behind the entries. Only {@link keep} makes an entry of it. @returns bytes of its text */
  write(value: number): number {
    const start = this.count * MAX_NUMBER;
    this.texts = withRoom(this.texts, start, MAX_NUMBER);
    return (this.lengths[this.count] = writeNumber(this.texts, start, value) - start);
  }

  /** Makes an entry of the number that was written last. @param growth bytes by which it is longer than before */
  keep(line: number, growth: number): void {
    this.lines[this.count] = line;
    this.growths[this.count] = growth + this.growthUpTo(this.count);
    this.count++;
  }

  /** Bytes by which the first so many entries have grown together. */
  growthUpTo(entries: number): number {
    return entries === 0 ? 0 : (this.growths[entries - 1] as number);
  }

  /** Copies the text of an entry, or of the number that was written last: entry {@link count}. */
  copy(entry: number, target: Buffer, at: number): void {
    const start = entry * MAX_NUMBER;
    const length = this.lengths[entry] as number;
    for (let i = 0; i < length; i++) target[at + i] = this.texts[start + i] as number;
  }
}
