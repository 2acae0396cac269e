/**
 * Lines of text that each end in a number. A number whose length stays is overwritten in place. For one whose length
 * changes, the lines before or behind it in its block are moved, into the unused bytes between two blocks.
 */
import { ChangedLines } from './changed-lines';
import { hasDigits, overwriteDigits } from './digits';
import { copyBytes, Lendable } from './lendable';
import { LineTable } from './line-table';
import type { Output } from '../output';
import { ResizedNumbers } from './resized-numbers';

/** Unused bytes between two blocks, when all of them get new ones. */
const ROOM_BYTES = 256;

/** What an update needs while it runs. */
class Scratch {
  readonly changed = new ChangedLines();
  /** Of one block. */
  readonly resized = new ResizedNumbers();
  /** A copy of the bytes that are moved: V8 moves bytes many times faster in memory that is not shared. */
  bytes = Buffer.alloc(0);
}

/**
 * The scratch of the last update that came to its end. An update takes it away and gives it back at its end only, so that
 * what an update that threw has left in its scratch never gets into the next one.
 */
let idleScratch: Scratch | undefined;

export class NumberedLines {
  /** By line: the number that the text shows. */
  private readonly shown: Float64Array;
  private readonly table: LineTable;
  private memory: Lendable;

  /**
   * @param text so many lines, with 0 for every number
   * @param blockBytes length that blocks should have, about: short ones take longer to be handed over, long ones to be moved
   * @throws RangeError if there are more or fewer lines
   */
  constructor(text: string, lineCount: number, blockBytes: number) {
    this.memory = new Lendable(Buffer.byteLength(text));
    this.memory.bytes.write(text);
    this.shown = new Float64Array(lineCount);
    this.table = new LineTable(this.memory.bytes, lineCount, blockBytes);
  }

  /** Bytes of memory, about. */
  get held(): number {
    return this.memory.held + this.shown.byteLength + this.table.held;
  }

  /** Bytes that the lines `from` to `to`, not included, take. */
  lengthOf(from: number, to: number): number {
    const { table } = this;
    table.check(to);
    let length = 0;
    for (let line = from, next: number; line < to; line = next) {
      next = table.endInBlock(line, to);
      length += table.endOf(next - 1) - table.startOf(line);
    }
    return length;
  }

  writeTo(out: Output, from: number, to: number): void {
    const { table } = this;
    table.check(to);
    for (let line = from, next: number; line < to; line = next) {
      next = table.endInBlock(line, to);
      this.memory.writeTo(out, table.startOf(line), table.endOf(next - 1));
    }
  }

  /**
   * Writes the numbers that have changed.
   *
   * @param find adds the lines whose number is not the one shown. If it throws, the text stays as it is.
   */
  update(find: (changed: ChangedLines, shown: Float64Array) => void): void {
    const scratch = idleScratch ?? new Scratch();
    idleScratch = undefined;
    scratch.changed.clear();
    find(scratch.changed, this.shown);
    if (scratch.changed.count > 0) this.write(scratch);
    idleScratch = scratch;
  }

  private write(scratch: Scratch): void {
    const { table, shown } = this;
    const { changed, resized } = scratch;
    const { lines, numbers, count } = changed;
    this.memory.own();
    resized.clear();
    for (let i = 0; i < count; i++) {
      const line = lines[i] as number;
      const value = numbers[i] as number;
      const before = shown[line] as number;
      shown[line] = value;
      const start = table.numberStart(line);
      const end = table.numberEnd(line);
      const old = before | 0;
      const whole = value | 0;
      if (whole === value && old === before && old >= 0 && hasDigits(whole, end - start)) {
        overwriteDigits(this.memory.bytes, start, end, old, whole);
      } else if (value === value || before === before) {
        // NaN differs from itself, but its text does not.
        this.writeOrKeep(line, value, scratch);
      }
    }
    this.resize(scratch);
  }

  /** Writes any number in place, or keeps it for {@link resize} if its length changes. */
  private writeOrKeep(line: number, value: number, scratch: Scratch): void {
    const { table } = this;
    const { resized } = scratch;
    if (resized.count > 0 && table.blockOf(line) !== table.blockOf(resized.lines[0] as number)) this.resize(scratch);
    const start = table.numberStart(line);
    const growth = resized.write(value) - (table.numberEnd(line) - start);
    if (growth === 0) resized.copy(resized.count, this.memory.bytes, start);
    else resized.keep(line, growth);
  }

  /** Makes room for the numbers of one block whose lengths have changed, and puts them in. */
  private resize(scratch: Scratch): void {
    const { table } = this;
    const { resized } = scratch;
    const { count, lines } = resized;
    if (count === 0) return;
    const block = table.blockOf(lines[0] as number);
    const growth = resized.growthUpTo(count);
    const shift = this.makeRoom(block, resized);
    const { bytes } = this.memory;
    // Bytes of the block outside of these stay where they are.
    const from = shift === 0 ? table.numberStart(lines[0] as number) : table.startOfBlock(block) + Math.min(shift, 0);
    const to =
      shift === 0 ? table.endOfBlock(block) + Math.max(growth, 0) : table.numberEnd(lines[count - 1] as number);
    const length = to - from;
    if (scratch.bytes.length < length) scratch.bytes = Buffer.allocUnsafeSlow(2 * length);
    copyBytes(scratch.bytes, 0, bytes, from, to);
    this.moveLines(block, shift, from, scratch);
    table.resizeNumbers(block, shift, resized);
    for (let entry = 0; entry < count; entry++) {
      resized.copy(entry, scratch.bytes, table.numberStart(lines[entry] as number) - from);
    }
    copyBytes(bytes, from, scratch.bytes, 0, length);
    resized.clear();
  }

  /**
   * Moves what is between the resized numbers, in an order in which no byte is overwritten before it has been moved.
   *
   * @param shift by how many bytes the beginning of the block moves
   * @param origin where the scratch bytes stand in the text
   */
  private moveLines(block: number, shift: number, origin: number, { resized, bytes }: Scratch): void {
    const { table } = this;
    const { count, lines } = resized;
    /** Moves what is between that entry's number and the one before. */
    const moveBefore = (entry: number, by: number): void => {
      const from = entry === 0 ? table.startOfBlock(block) : table.numberEnd(lines[entry - 1] as number);
      const to = entry < count ? table.numberStart(lines[entry] as number) : table.endOfBlock(block);
      bytes.copyWithin(from - origin + by, from - origin, to - origin);
    };
    for (let entry = 0; entry <= count; entry++) {
      const by = shift + resized.growthUpTo(entry);
      if (by < 0) moveBefore(entry, by);
    }
    for (let entry = count; entry >= 0; entry--) {
      const by = shift + resized.growthUpTo(entry);
      if (by > 0) moveBefore(entry, by);
    }
  }

  /**
   * Makes sure that the block has room to grow: on the side on which less has to be moved, if there is room on both.
   *
   * @returns by how many bytes the beginning of the block has to move
   */
  private makeRoom(block: number, resized: ResizedNumbers): number {
    const { table, memory } = this;
    const { count, lines } = resized;
    const growth = resized.growthUpTo(count);
    const isRoomBefore = growth <= table.roomBefore(block);
    const isRoomBehind = growth <= table.roomBehind(block, memory.bytes.length);
    const bytesBefore = table.numberEnd(lines[count - 1] as number) - table.startOfBlock(block);
    const bytesBehind = table.endOfBlock(block) - table.numberStart(lines[0] as number);
    if (isRoomBefore && (bytesBefore < bytesBehind || !isRoomBehind)) return -growth;
    if (!isRoomBehind) this.spread(growth + ROOM_BYTES);
    return 0;
  }

  /** Puts this many unused bytes between all blocks: what one of them needs, others will need too. */
  private spread(room: number): void {
    const { table } = this;
    const { bytes } = this.memory;
    const length = this.lengthOf(0, table.lineCount);
    this.memory = new Lendable(length + (table.blockCount + 1) * room);
    let at = room;
    for (let block = 0; block < table.blockCount; block++) {
      const start = table.startOfBlock(block);
      const end = table.endOfBlock(block);
      copyBytes(this.memory.bytes, at, bytes, start, end);
      table.moveBlock(block, at);
      at += end - start + room;
    }
  }
}
