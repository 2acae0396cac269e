/**
 * What stood where in a family's data points last time. OpenTelemetry hands out the same attributes object
 * for the same series at every cumulative collection, in the same order, so that comparing with what stood at
 * this position answers for nearly all series which one it is and where its numbers go.
 */

/** In place of a slot: a series that was left out for the series limit. */
export const LEFT_OUT = -1;

/** How far to look for the series that stands here now, when some before it have gone. */
const LOOK_AHEAD = 8;

export class Positions {
  readonly attributes: unknown[];
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
    this.attributes = new Array<unknown>(length);
    this.slots = new Int32Array(length).fill(LEFT_OUT);
    this.offsets = new Uint32Array(length);
    this.counts = histograms ? new Array<unknown>(length) : [];
    this.changed = new Uint32Array(histograms ? length : 0);
  }

  get length(): number {
    return this.attributes.length;
  }

  /** Makes place for series behind those that are there. */
  extend(length: number): void {
    const before = this.length;
    this.attributes.length = length;
    this.slots = extended(this.slots, length).fill(LEFT_OUT, before);
    this.offsets = extended(this.offsets, length);
    if (!this.histograms) return;
    this.counts.length = length;
    this.changed = extended(this.changed, length);
  }

  /** @returns the position of that attributes object at the cursor or shortly behind it, -1 if it is not there */
  find(cursor: number, attributes: unknown): number {
    const end = Math.min(cursor + LOOK_AHEAD, this.attributes.length);
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

  /** The slots of the series that are not left out, in order. */
  presentSlots(): Int32Array {
    return this.slots.includes(LEFT_OUT) ? this.slots.filter((slot) => slot !== LEFT_OUT) : this.slots;
  }
}

function extended<T extends Int32Array | Uint32Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
