/**
 * Where lines and their numbers stand in a text. Lines are grouped into blocks: the lines of a block stand one behind the
 * other, and between two blocks there may be unused bytes.
 */
import type { ResizedNumbers } from './resized-numbers';

const LINE_FEED = 0x0a;

export class LineTable {
  readonly lineCount: number;
  readonly blockCount: number;
  /** By block: index of its first byte, and the index behind its last one. */
  private readonly blockStarts: Uint32Array;
  private readonly blockEnds: Uint32Array;
  /** Two by line: index of its number's first byte, and the index behind its last one, where the line feed is. */
  private readonly numbers: Uint32Array;
  private readonly linesPerBlock: number;

  /**
   * @param bytes lines that each end in a number of one digit; no byte between them
   * @param blockBytes length that blocks should have, about
   * @throws RangeError if there are more or fewer lines
   */
  constructor(bytes: Buffer, lineCount: number, blockBytes: number) {
    this.lineCount = lineCount;
    this.numbers = new Uint32Array(2 * lineCount);
    this.linesPerBlock = Math.max(1, Math.ceil((lineCount * blockBytes) / (bytes.length + 1)));
    this.blockCount = Math.ceil(lineCount / this.linesPerBlock);
    this.blockStarts = new Uint32Array(this.blockCount);
    this.blockEnds = new Uint32Array(this.blockCount);
    let start = 0;
    for (let line = 0; line < lineCount; line++) {
      const block = this.blockOf(line);
      if (line === this.firstLineOf(block)) this.blockStarts[block] = start;
      const end = bytes.indexOf(LINE_FEED, start);
      if (end < 0) throw new RangeError(`not ${lineCount} lines, but ${line}`);
      this.numbers[2 * line] = end - 1;
      this.numbers[2 * line + 1] = end;
      this.blockEnds[block] = start = end + 1;
    }
    if (start !== bytes.length) throw new RangeError(`more than ${lineCount} lines`);
  }

  /** @throws RangeError if there are fewer lines: a loop over the blocks would not come to its end */
  check(lines: number): void {
    if (lines > this.lineCount) throw new RangeError(`line ${lines} of ${this.lineCount}`);
  }

  /** Bytes of memory. */
  get held(): number {
    return this.numbers.byteLength + this.blockStarts.byteLength + this.blockEnds.byteLength;
  }

  blockOf(line: number): number {
    return Math.floor(line / this.linesPerBlock);
  }

  /** Of the block behind the last one: the number of lines. */
  firstLineOf(block: number): number {
    return Math.min(block * this.linesPerBlock, this.lineCount);
  }

  startOfBlock(block: number): number {
    return this.blockStarts[block] as number;
  }

  endOfBlock(block: number): number {
    return this.blockEnds[block] as number;
  }

  numberStart(line: number): number {
    return this.numbers[2 * line] as number;
  }

  numberEnd(line: number): number {
    return this.numbers[2 * line + 1] as number;
  }

  startOf(line: number): number {
    const block = this.blockOf(line);
    return line === this.firstLineOf(block) ? (this.blockStarts[block] as number) : this.numberEnd(line - 1) + 1;
  }

  endOf(line: number): number {
    const block = this.blockOf(line);
    return line + 1 === this.firstLineOf(block + 1) ? (this.blockEnds[block] as number) : this.numberEnd(line) + 1;
  }

  /** Unused bytes before a block, up to the block before or the beginning of the text. */
  roomBefore(block: number): number {
    return (this.blockStarts[block] as number) - (block === 0 ? 0 : (this.blockEnds[block - 1] as number));
  }

  /** Unused bytes behind a block. @param length of the whole text, in bytes */
  roomBehind(block: number, length: number): number {
    const next = block + 1 < this.blockCount ? (this.blockStarts[block + 1] as number) : length;
    return next - (this.blockEnds[block] as number);
  }

  /** The end of the lines from `line` on whose bytes stand one behind the other, at most `to`. Not included. */
  endInBlock(line: number, to: number): number {
    return Math.min(this.firstLineOf(this.blockOf(line) + 1), to);
  }

  /** Notes that a block begins elsewhere, with all that is in it. */
  moveBlock(block: number, start: number): void {
    const shift = start - (this.blockStarts[block] as number);
    this.shiftNumbers(2 * this.firstLineOf(block), 2 * this.firstLineOf(block + 1), shift);
    this.shiftBlock(block, shift, shift);
  }

  /**
   * Notes that numbers of a block have another length.
   *
   * @param shift by how many bytes the beginning of the block moves
   */
  resizeNumbers(block: number, shift: number, resized: ResizedNumbers): void {
    const { count, lines } = resized;
    let from = 2 * this.firstLineOf(block);
    for (let entry = 0; entry < count; entry++) {
      // Up to where this number begins.
      const end = 2 * (lines[entry] as number) + 1;
      this.shiftNumbers(from, end, shift + resized.growthUpTo(entry));
      from = end;
    }
    this.shiftNumbers(from, 2 * this.firstLineOf(block + 1), shift + resized.growthUpTo(count));
    this.shiftBlock(block, shift, shift + resized.growthUpTo(count));
  }

  private shiftNumbers(from: number, to: number, shift: number): void {
    if (shift === 0) return;
    const { numbers } = this;
    for (let i = from; i < to; i++) numbers[i] = (numbers[i] as number) + shift;
  }

  private shiftBlock(block: number, startShift: number, endShift: number): void {
    this.blockStarts[block] = (this.blockStarts[block] as number) + startShift;
    this.blockEnds[block] = (this.blockEnds[block] as number) + endShift;
  }
}
