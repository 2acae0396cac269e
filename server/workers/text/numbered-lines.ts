/**
 * Lines of text that each end in a number. A number that keeps its length is overwritten in place. Where one gets
 * another length, what stands before or behind it in its block is moved: between blocks of lines there is some room.
 */
import { hasDigits, overwriteDigits } from './digits';
import { copyBytes, Lendable } from './lendable';
import type { Output } from './output';
import { ResizedNumbers } from './resized-numbers';

const LINE_FEED = 0x0a;
/** Bytes of room between blocks when there is none left. */
const ROOM = 256;

/** Those of the block that is being updated. */
const resized = new ResizedNumbers();
/** For what is moved: in memory that is not shared V8 moves bytes many times faster. */
let workbench = Buffer.alloc(0);

export class NumberedLines {
  /** By line: the number that the text shows. */
  readonly shown: Float64Array;
  private memory: Lendable;
  /** Two by line: where its number begins and ends; behind it is the line feed. */
  private readonly places: Uint32Array;
  /** Lines of a block, but for the last one. */
  private readonly perBlock: number;
  /** By block: where it begins, and where it ends. */
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;

  /**
   * @param text so many lines with 0 for every number
   * @param blockBytes of a block, about: shorter ones take longer to be handed over, longer ones to be moved
   */
  constructor(text: string, count: number, blockBytes: number) {
    this.memory = new Lendable(Buffer.byteLength(text));
    const { bytes } = this.memory;
    bytes.write(text);
    this.shown = new Float64Array(count);
    this.places = new Uint32Array(2 * count);
    this.perBlock = Math.max(1, Math.ceil((count * blockBytes) / (bytes.length + 1)));
    const blocks = Math.ceil(count / this.perBlock);
    this.starts = new Uint32Array(blocks);
    this.ends = new Uint32Array(blocks);
    let start = 0;
    for (let line = 0; line < count; line++) {
      const block = this.blockOf(line);
      if (line === this.firstOf(block)) this.starts[block] = start;
      const end = bytes.indexOf(LINE_FEED, start);
      if (end < 0) throw new RangeError(`not ${count} lines, but ${line}`);
      this.places[2 * line] = end - 1;
      this.places[2 * line + 1] = end;
      this.ends[block] = start = end + 1;
    }
    if (start !== bytes.length) throw new RangeError(`more than ${count} lines`);
  }

  /** Bytes of memory, about. */
  get held(): number {
    return this.memory.held + this.shown.byteLength + this.places.byteLength;
  }

  /** Bytes that the lines `from` to `to`, not included, take. */
  lengthOf(from: number, to: number): number {
    let length = 0;
    for (let line = from, next: number; line < to; line = next) {
      next = this.nextCut(line, to);
      length += this.endOf(next - 1) - this.startOf(line);
    }
    return length;
  }

  writeTo(out: Output, from: number, to: number): void {
    for (let line = from, next: number; line < to; line = next) {
      next = this.nextCut(line, to);
      this.memory.writeTo(out, this.startOf(line), this.endOf(next - 1));
    }
  }

  /** To be called for lines in ascending order, with a number that is not the one shown; and then {@link settle}. */
  show(line: number, value: number): void {
    this.memory.own();
    const before = this.shown[line] as number;
    this.shown[line] = value;
    const start = this.numberStart(line);
    const end = this.numberEnd(line);
    const old = before | 0;
    const whole = value | 0;
    if (whole === value && old === before && old >= 0 && hasDigits(whole, end - start)) {
      overwriteDigits(this.memory.bytes, start, end, old, whole);
    } else if (value === value || before === before) {
      // NaN is no other number than itself here.
      this.showOther(line, value);
    }
  }

  private showOther(line: number, value: number): void {
    if (resized.count > 0 && this.blockOf(line) !== this.blockOf(resized.lines[0] as number)) this.settle();
    const start = this.numberStart(line);
    const growth = resized.write(value) - (this.numberEnd(line) - start);
    if (growth === 0) resized.copy(resized.count, this.memory.bytes, start);
    else resized.keep(line, growth);
  }

  /** Makes room for numbers that have another length now, and puts them in. */
  settle(): void {
    if (resized.count === 0) return;
    try {
      this.resize(this.blockOf(resized.lines[0] as number));
    } finally {
      // Others use it too.
      resized.clear();
    }
  }

  private resize(block: number): void {
    const { starts, ends } = this;
    const { count, lines } = resized;
    const shift = this.reserve(block);
    const { bytes } = this.memory;
    // All else in the block stays where it is.
    const from = shift === 0 ? this.numberStart(lines[0] as number) : (starts[block] as number) + Math.min(shift, 0);
    const to =
      shift === 0
        ? (ends[block] as number) + Math.max(resized.shiftBefore(count), 0)
        : this.numberEnd(lines[count - 1] as number);
    const length = to - from;
    if (workbench.length < length) workbench = Buffer.allocUnsafeSlow(2 * length);
    copyBytes(workbench, 0, bytes, from, to);
    this.move(block, shift, from);
    this.place(block, shift, from);
    copyBytes(bytes, from, workbench, 0, length);
  }

  /**
   * Moves what is between those numbers, in an order in which nothing is written over that has yet to be moved.
   * @param shift by how much the beginning of the block is to be moved
   * @param origin where the workbench begins
   */
  private move(block: number, shift: number, origin: number): void {
    const { count } = resized;
    for (let entry = 0; entry <= count; entry++) {
      if (shift + resized.shiftBefore(entry) < 0) this.moveBefore(entry, block, shift, origin);
    }
    for (let entry = count; entry >= 0; entry--) {
      if (shift + resized.shiftBefore(entry) > 0) this.moveBefore(entry, block, shift, origin);
    }
  }

  /** Moves what is between that number and the one before. */
  private moveBefore(entry: number, block: number, shift: number, origin: number): void {
    const { count, lines } = resized;
    const from = entry === 0 ? (this.starts[block] as number) : this.numberEnd(lines[entry - 1] as number);
    const to = entry < count ? this.numberStart(lines[entry] as number) : (this.ends[block] as number);
    workbench.copyWithin(from - origin + shift + resized.shiftBefore(entry), from - origin, to - origin);
  }

  /** Puts the numbers in, and notes where they and all others are now. */
  private place(block: number, shift: number, origin: number): void {
    const { count, lines } = resized;
    this.shiftPlaces(2 * this.firstOf(block), 2 * (lines[0] as number) + 1, shift);
    for (let entry = 0; entry < count; entry++) {
      const number = 2 * (lines[entry] as number);
      const next = entry + 1 < count ? 2 * (lines[entry + 1] as number) + 1 : 2 * this.firstOf(block + 1);
      resized.copy(entry, workbench, (this.places[number] as number) - origin);
      this.shiftPlaces(number + 1, next, shift + resized.shiftBefore(entry + 1));
    }
    this.starts[block] = (this.starts[block] as number) + shift;
    this.ends[block] = (this.ends[block] as number) + shift + resized.shiftBefore(count);
  }

  private shiftPlaces(from: number, to: number, shift: number): void {
    if (shift === 0) return;
    const { places } = this;
    for (let i = from; i < to; i++) places[i] = (places[i] as number) + shift;
  }

  /**
   * Sees to it that there is room, on the side on which less is to be moved if it is there.
   * @returns by how much the beginning of the block is to be moved
   */
  private reserve(block: number): number {
    const { starts, ends, memory } = this;
    const { count, lines } = resized;
    const growth = resized.shiftBefore(count);
    const [start, end] = [starts[block] as number, ends[block] as number];
    const isRoomBefore = growth <= start - (block === 0 ? 0 : (ends[block - 1] as number));
    const isRoomBehind =
      growth <= (block + 1 < starts.length ? (starts[block + 1] as number) : memory.bytes.length) - end;
    const isLessBefore =
      this.numberEnd(lines[count - 1] as number) - start < end - this.numberStart(lines[0] as number);
    if (isRoomBefore && (isLessBefore || !isRoomBehind)) return -growth;
    if (!isRoomBehind) this.spread(growth + ROOM);
    return 0;
  }

  /** Gives all blocks as much room, for what one of them needs others will need too. */
  private spread(room: number): void {
    const { starts, ends } = this;
    const { bytes } = this.memory;
    const length = this.lengthOf(0, this.shown.length);
    this.memory = new Lendable(length + (starts.length + 1) * room);
    let at = room;
    for (let block = 0; block < starts.length; block++) {
      const start = starts[block] as number;
      const end = ends[block] as number;
      copyBytes(this.memory.bytes, at, bytes, start, end);
      this.shiftPlaces(2 * this.firstOf(block), 2 * this.firstOf(block + 1), at - start);
      starts[block] = at;
      ends[block] = at + end - start;
      at += end - start + room;
    }
  }

  private blockOf(line: number): number {
    return Math.floor(line / this.perBlock);
  }

  private firstOf(block: number): number {
    return Math.min(block * this.perBlock, this.shown.length);
  }

  /** Where the lines from there on are in one piece up to. */
  private nextCut(line: number, to: number): number {
    return Math.min(this.firstOf(this.blockOf(line) + 1), to);
  }

  private startOf(line: number): number {
    const block = this.blockOf(line);
    return line === this.firstOf(block) ? (this.starts[block] as number) : this.numberEnd(line - 1) + 1;
  }

  private endOf(line: number): number {
    const block = this.blockOf(line);
    return line + 1 === this.firstOf(block + 1) ? (this.ends[block] as number) : this.numberEnd(line) + 1;
  }

  private numberStart(line: number): number {
    return this.places[2 * line] as number;
  }

  private numberEnd(line: number): number {
    return this.places[2 * line + 1] as number;
  }
}
