/**
 * What is known of some neighbouring positions: an array for each kind, short enough to be made, copied or grown in a short
 * time, however many series there are, and long enough for V8 to leave it where it is: arrays of objects above 128 KB are
 * not moved when they survive a garbage collection.
 */
import type { DataPoint, HrTime } from '../../otel';
import type { Sliced } from '../../slicer';
import { startOf } from '../columns/layouts';

export const BLOCK_SHIFT = 14;
/** Positions of a block at the most. */
export const BLOCK = 2 ** BLOCK_SHIFT;
/** Index of a position in its block. */
export const BLOCK_MASK = BLOCK - 1;

/** In place of a slot: a series that was left out for the series limit. */
export const LEFT_OUT = -1;

export class PositionBlock {
  attributes: unknown[] = [];
  /** Start times last seen: the SDK keeps a series' array. */
  startTimes: unknown[] = [];
  /** The same start times as columns have them, so that they are not computed again where they are written again. */
  starts = new Float64Array(0);
  slots = new Int32Array(0);
  /** Where the series' numbers begin in a column. */
  offsets = new Uint32Array(0);
  /**
   * Histograms only: the array of bucket counts last seen, and the generation it was first seen in. The SDK
   * makes a new array when a histogram changes, and only then.
   */
  counts: unknown[] = [];
  changed = new Uint32Array(0);

  /** Has room for no position yet, see {@link reserve}. */
  constructor(private readonly histograms: boolean) {}

  get capacity(): number {
    return this.slots.length;
  }

  /**
   * Makes room for that many positions, more than there are. An array at a time: the system takes time for each 4 KB of
   * memory that are new to the process.
   */
  *reserve(capacity: number): Sliced {
    // Arrays have their full length at once: V8 throws optimized code away that reads or writes behind an array's end.
    this.attributes = longer(this.attributes, capacity);
    yield;
    this.startTimes = longer(this.startTimes, capacity);
    yield;
    this.starts = extended(this.starts, new Float64Array(capacity));
    yield;
    this.offsets = extended(this.offsets, new Uint32Array(capacity));
    if (this.histograms) {
      yield;
      this.counts = longer(this.counts, capacity);
      yield;
      this.changed = extended(this.changed, new Uint32Array(capacity));
    }
    yield;
    this.slots = extended(this.slots, new Int32Array(capacity));
    yield;
  }

  /** @throws TypeError if the start time is not a time */
  set(index: number, { attributes, startTime }: DataPoint, slot: number, offset: number): void {
    this.attributes[index] = attributes;
    this.setStart(index, startTime);
    this.slots[index] = slot;
    this.offsets[index] = offset;
  }

  setStart(index: number, startTime: HrTime): void {
    this.starts[index] = startOf(startTime);
    this.startTimes[index] = startTime;
  }

  /** Takes over what another block knows of the series at `from`. */
  copy(index: number, other: PositionBlock, from: number): void {
    this.attributes[index] = other.attributes[from];
    this.startTimes[index] = other.startTimes[from];
    this.starts[index] = other.starts[from] as number;
    this.slots[index] = other.slots[from] as number;
    this.offsets[index] = other.offsets[from] as number;
    if (this.histograms) {
      this.counts[index] = other.counts[from];
      this.changed[index] = other.changed[from] as number;
    }
  }
}

function longer(array: readonly unknown[], capacity: number): unknown[] {
  const larger = new Array<unknown>(capacity);
  for (let i = 0; i < array.length; i++) larger[i] = array[i];
  return larger;
}

function extended<T extends Int32Array | Uint32Array | Float64Array>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}
