/**
 * What stood where in a family's data points last time. OpenTelemetry hands out the same attributes object
 * for the same series at every cumulative collection, in the same order, so that comparing with what stood at
 * this position answers for nearly all series which one it is and where its numbers go.
 */

import type { DataPoint, HrTime } from '../../protocol/otel';
import { ORDER_MASK, PAGE_SERIES } from '../../protocol/snapshot';
import { startOf } from './layouts';
import type { Slicer } from './slicer';

/** In place of a slot: a series that was left out for the series limit. */
export const LEFT_OUT = -1;

/** Series moved between two looks at the clock. */
const CHUNK = 1024;

/** Of the place for more series. */
const HEADROOM = 1.25;

/** How far to look for the series that stands here now, when some before it have gone. */
const LOOK_AHEAD = 8;

/** Tells where in a value column the numbers of the series at a slot begin. */
export interface Places {
  offsetOf(slot: number): number;
}

export class Positions {
  readonly attributes: unknown[];
  /** How many there are; the arrays may have place for more. */
  length: number;
  slots: Int32Array;
  /** Where the series' numbers begin in a value column. */
  offsets: Uint32Array;
  /**
   * Histograms only: the array of bucket counts last seen, and the generation it was first seen in. The SDK
   * makes a new array when a histogram changes, and only then.
   */
  readonly counts: unknown[];
  changed: Uint32Array;
  /** Start times last seen: the SDK keeps a series' array. */
  readonly startTimes: unknown[];
  /** The same as columns have them, so that what has to be written again need not be looked for once more. */
  starts: Float64Array;
  /** Where the stretches end that have been walked through so far, see {@link stretchEnd}. */
  private readonly ends: number[] = [];
  /** By stretch: the last generation in which a start time was another one. No older column has all of them. */
  private readonly restarted: number[] = [];
  private stretch = 0;

  constructor(
    length: number,
    private readonly histograms: boolean,
  ) {
    this.length = length;
    this.attributes = [];
    this.startTimes = [];
    this.starts = new Float64Array(length);
    this.slots = new Int32Array(length);
    this.offsets = new Uint32Array(length);
    this.counts = [];
    this.changed = new Uint32Array(histograms ? length : 0);
  }

  /** Makes place for series behind those that are there. */
  extend(length: number): void {
    if (length > this.slots.length) {
      // More than asked for: where series come in small numbers, that is not copied each time.
      const capacity = Math.ceil(length * HEADROOM);
      this.starts = extended(this.starts, new Float64Array(capacity));
      this.slots = extended(this.slots, new Int32Array(capacity));
      this.offsets = extended(this.offsets, new Uint32Array(capacity));
      if (this.histograms) this.changed = extended(this.changed, new Uint32Array(capacity));
    }
    this.length = length;
  }

  /** To be called before positions are asked for their stretches, which goes from the first to the last. */
  rewind(): void {
    this.stretch = 0;
  }

  /**
   * A stretch is a range of positions whose series stand one behind the other on one page, or are all left out: what
   * is true of the first one's place is true of all of them. Most often it is a page.
   * @returns the first position behind the stretch that the position is in, which is the current one from now on
   */
  stretchEnd(position: number, generation: number): number {
    const { ends } = this;
    while (this.stretch < ends.length && (ends[this.stretch] as number) <= position) this.stretch++;
    if (this.stretch === ends.length) this.addStretch(position, generation);
    return ends[this.stretch] as number;
  }

  private addStretch(from: number, generation: number): void {
    this.ends.push(this.measureStretch(from));
    this.restarted.push(generation);
  }

  /** Whether a column that was written in that generation has all start times of the current stretch. */
  hasStarts(columnGeneration: number): boolean {
    return columnGeneration >= (this.restarted[this.stretch] as number);
  }

  /** Takes note of a start time of the current stretch that is another one. */
  restart(position: number, startTime: HrTime, generation: number): void {
    this.setStart(position, startTime);
    this.restarted[this.stretch] = generation;
  }

  setStart(position: number, startTime: HrTime): void {
    this.starts[position] = startOf(startTime);
    this.startTimes[position] = startTime;
  }

  /** Nothing of what columns hold is true any more. */
  forgetStretches(): void {
    this.ends.length = 0;
    this.restarted.length = 0;
  }

  private measureStretch(from: number): number {
    const { slots } = this;
    const end = Math.min(from + PAGE_SERIES, this.length);
    const leftOut = slots[from] === LEFT_OUT;
    let at = from + 1;
    for (; at < end; at++) {
      const slot = slots[at] as number;
      if (leftOut ? slot !== LEFT_OUT : slot !== (slots[at - 1] as number) + 1 || (slot & ORDER_MASK) === 0) break;
    }
    return at;
  }

  /**
   * Takes over where the series stand now.
   * @param slots new slot by old slot; `undefined` where slots stay what they were
   */
  async move(slots: Int32Array | undefined, places: Places, slicer: Slicer): Promise<void> {
    this.forgetStretches();
    for (let i = 0; i < this.length; i++) {
      if (i % CHUNK === 0 && slicer.due) await slicer.rest();
      const old = this.slots[i] as number;
      if (old === LEFT_OUT) continue;
      const slot = slots === undefined ? old : (slots[old] as number);
      this.slots[i] = slot;
      this.offsets[i] = places.offsetOf(slot);
    }
  }

  /** @returns the position of that attributes object at the cursor or shortly behind it, -1 if it is not there */
  find(cursor: number, attributes: unknown): number {
    const end = Math.min(cursor + LOOK_AHEAD, this.length);
    for (let i = cursor; i < end; i++) {
      if (Object.is(this.attributes[i], attributes)) return i;
    }
    return -1;
  }

  /** Takes over what another one knows of the series at `from`. */
  copy(position: number, other: Positions, from: number): void {
    this.attributes[position] = other.attributes[from];
    this.startTimes[position] = other.startTimes[from];
    this.starts[position] = other.starts[from] as number;
    this.slots[position] = other.slots[from] as number;
    this.offsets[position] = other.offsets[from] as number;
    if (this.histograms) {
      this.counts[position] = other.counts[from];
      this.changed[position] = other.changed[from] as number;
    }
  }

  /** @throws TypeError where the start time is none */
  set(position: number, { attributes, startTime }: DataPoint, slot: number, offset: number): void {
    this.attributes[position] = attributes;
    this.setStart(position, startTime);
    this.slots[position] = slot;
    this.offsets[position] = offset;
  }

  /** Takes over a range from another one, in which all of it stands at the same positions, and claims its slots. */
  copyRange(other: Positions, from: number, end: number, claimed: Uint8Array): void {
    for (let i = from; i < end; i++) {
      this.copy(i, other, i);
      const slot = this.slots[i] as number;
      if (slot !== LEFT_OUT) claimed[slot] = 1;
    }
  }

  /**
   * The slots of the series that are not left out, in order.
   * @param from none before it is left out
   */
  presentSlots(from: number): Int32Array {
    const slots = this.slots.subarray(0, this.length);
    return slots.includes(LEFT_OUT, from) ? slots.filter((slot) => slot !== LEFT_OUT) : slots;
  }
}

function extended<T extends Int32Array | Uint32Array | Float64Array>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}
