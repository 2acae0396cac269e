/**
 * Which series stood at which position of a family's data points last time. OpenTelemetry hands out the same attributes
 * object for the same series at every cumulative collection, in the same order: for nearly all data points, comparing with
 * what stood at their position tells which series they are of and where their numbers go.
 *
 * Positions know slots and offsets; what stands on a slot is known to the family's series.
 */
import type { DataPoint } from '../../otel';
import type { Sliced } from '../../slicer';
import type { Claims } from '../series/claims';
import { BLOCK, BLOCK_MASK, BLOCK_SHIFT, LEFT_OUT, PositionBlock } from './position-block';
import { Stretches } from './stretches';

/** Positions that are done in one step. */
const STEP_POSITIONS = 1024;

/** How many positions to look at for the series that stands here now, where some before it have gone. */
const LOOK_AHEAD = 8;

/** Tells where in a column the numbers of the series at a slot begin. */
interface Offsets {
  offsetOf(slot: number): number;
}

export class Positions {
  /** The blocks that are made already: all but the last one are full. */
  private readonly blocks: PositionBlock[] = [];
  readonly stretches = new Stretches();

  /**
   * @param length how many there are; all are to be written before they are read, from the first to the last, those of a
   * block after {@link ensureBlock}
   */
  constructor(
    public length: number,
    private readonly histograms: boolean,
  ) {}

  blockOf(position: number): PositionBlock {
    return this.blocks[position >> BLOCK_SHIFT] as PositionBlock;
  }

  /** @returns the slot of the series at that position, {@link LEFT_OUT} if it has none */
  slotAt(position: number): number {
    return this.blockOf(position).slots[position & BLOCK_MASK] as number;
  }

  /** Makes room for positions behind those that are there. */
  *extend(length: number): Sliced {
    this.length = length;
    const last = this.blocks.at(-1);
    const count = Math.min(BLOCK, length - BLOCK * (this.blocks.length - 1));
    if (last === undefined || count <= last.capacity) return;
    // More than asked for, so that not all is copied each time if series come one at a time.
    yield* last.reserve(Math.min(BLOCK, 2 * count));
  }

  /** Makes the block of a position that is to be written, where there is none yet. */
  *ensureBlock(position: number): Sliced {
    if (position >> BLOCK_SHIFT < this.blocks.length) return;
    const block = new PositionBlock(this.histograms);
    yield* block.reserve(Math.min(BLOCK, this.length - position));
    this.blocks.push(block);
  }

  /** @returns the block that it is in now */
  set(position: number, point: DataPoint, slot: number, offset: number): PositionBlock {
    const block = this.blockOf(position);
    block.set(position & BLOCK_MASK, point, slot, offset);
    return block;
  }

  /** Takes over what another one knows of the series at `from`. @returns the block that it is in now */
  copy(position: number, other: Positions, from: number): PositionBlock {
    const block = this.blockOf(position);
    block.copy(position & BLOCK_MASK, other.blockOf(from), from & BLOCK_MASK);
    return block;
  }

  /**
   * Takes over the first positions of another one, which is not to be written there any more.
   * @param end behind the last of them
   * @param claims gets all series that stand there
   */
  *takeOver(other: Positions, end: number, claims: Claims): Sliced {
    for (const { block, start, position, count } of other.ranges(0, end)) {
      yield;
      const isWhole = (position | BLOCK_MASK) < end;
      if (start === 0) {
        if (isWhole) this.blocks.push(block);
        else yield* this.ensureBlock(position);
      }
      for (let i = 0; i < count; i++) {
        if (!isWhole) this.copy(position + i, other, position + i);
        const slot = block.slots[start + i] as number;
        if (slot !== LEFT_OUT) claims.add(slot);
      }
    }
  }

  /**
   * Makes the next pass write every number, since no column is up to date: the family was absent for a while.
   * @param clear is called with the offset of each series
   */
  *markUnwritten(generation: number, clear: (offset: number) => void): Sliced {
    this.stretches.forget();
    for (const { block, start, count } of this.ranges(0)) {
      yield;
      const { slots, offsets, changed } = block;
      for (let i = start; i < start + count; i++) if (slots[i] !== LEFT_OUT) clear(offsets[i] as number);
      changed.fill(generation, start, start + count);
    }
  }

  /**
   * Takes over where the series stand now.
   * @param moved new slot by old slot; `undefined` where slots stay what they were
   */
  *move(moved: Int32Array | undefined, series: Offsets): Sliced {
    this.stretches.forget();
    for (const { block, start, count } of this.ranges(0)) {
      yield;
      const { slots, offsets } = block;
      for (let i = start; i < start + count; i++) {
        const old = slots[i] as number;
        if (old === LEFT_OUT) continue;
        const slot = moved === undefined ? old : (moved[old] as number);
        slots[i] = slot;
        offsets[i] = series.offsetOf(slot);
      }
    }
  }

  /**
   * The last `number` series stand one behind the other now, from that slot on. All of their numbers are to be written again.
   */
  *moveLast(number: number, slot: number, series: Offsets, generation: number): Sliced {
    const from = this.length - number;
    this.stretches.forget(from);
    for (const { block, start, position, count } of this.ranges(from)) {
      yield;
      const { slots, offsets, changed } = block;
      for (let i = 0; i < count; i++) {
        const moved = slot + position - from + i;
        slots[start + i] = moved;
        offsets[start + i] = series.offsetOf(moved);
      }
      changed.fill(generation, start, start + count);
    }
  }

  /**
   * @param end behind the last position that is looked at
   * @returns the position of that attributes object at `from` or shortly behind it, -1 if it is not there
   */
  find(from: number, end: number, attributes: unknown): number {
    if (from >= end) return -1;
    const { attributes: known } = this.blockOf(from);
    const first = from & BLOCK_MASK;
    const last = Math.min(first + LOOK_AHEAD, BLOCK, first + end - from);
    for (let i = first; i < last; i++) if (Object.is(known[i], attributes)) return from + i - first;
    return -1;
  }

  /** The slots from that position on, in order, some at a time, with {@link LEFT_OUT} for those that have none. */
  *slotsFrom(position: number): Iterable<Int32Array> {
    for (const { block, start, count } of this.ranges(position)) yield block.slots.subarray(start, start + count);
  }

  /** Cuts a range of positions into ranges that are done in one step. */
  private *ranges(from: number, end = this.length): Iterable<BlockRange> {
    let position = from;
    while (position < end) {
      const start = position & BLOCK_MASK;
      const count = Math.min(STEP_POSITIONS, end - position, BLOCK - start);
      yield { block: this.blockOf(position), start, position, count };
      position += count;
    }
  }
}

/** Neighbouring positions in one block, as many as are done in one step at the most. */
interface BlockRange {
  readonly block: PositionBlock;
  /** Index of the first one in its block. */
  readonly start: number;
  /** The first one. */
  readonly position: number;
  readonly count: number;
}
