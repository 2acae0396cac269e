/**
 * What stood where in a family's data points last time. OpenTelemetry hands out the same attributes object
 * for the same series at every cumulative collection, in the same order, so that comparing with what stood at
 * this position answers for nearly all series which one it is and where its numbers go.
 */

/** In place of a slot: a series that was left out for the series limit. */
export const LEFT_OUT = -1;

/** Of the place for more series. */
const HEADROOM = 1.25;

/** How far to look for the series that stands here now, when some before it have gone. */
const LOOK_AHEAD = 8;

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

  constructor(
    length: number,
    private readonly histograms: boolean,
  ) {
    this.length = length;
    this.attributes = [];
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
      this.slots = extended(this.slots, new Int32Array(capacity));
      this.offsets = extended(this.offsets, new Uint32Array(capacity));
      if (this.histograms) this.changed = extended(this.changed, new Uint32Array(capacity));
    }
    this.length = length;
  }

  /** @returns the position of that attributes object at the cursor or shortly behind it, -1 if it is not there */
  find(cursor: number, attributes: unknown): number {
    const end = Math.min(cursor + LOOK_AHEAD, this.length);
    for (let i = cursor; i < end; i++) {
      if (this.attributes[i] === attributes) return i;
    }
    return -1;
  }

  /** Takes over what another one knows of the series at `from`. */
  copy(position: number, other: Positions, from: number): void {
    this.attributes[position] = other.attributes[from];
    this.slots[position] = other.slots[from] as number;
    this.offsets[position] = other.offsets[from] as number;
    if (this.histograms) {
      this.counts[position] = other.counts[from];
      this.changed[position] = other.changed[from] as number;
    }
  }

  set(position: number, attributes: unknown, slot: number, offset: number): void {
    this.attributes[position] = attributes;
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

  /** The slots of the series that are not left out, in order. */
  presentSlots(): Int32Array {
    const slots = this.slots.subarray(0, this.length);
    return slots.includes(LEFT_OUT) ? slots.filter((slot) => slot !== LEFT_OUT) : slots;
  }
}

function extended<T extends Int32Array | Uint32Array>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}
