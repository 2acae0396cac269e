/**
 * From a series' content to its slot: an open-addressing hash table of numbers only. A JavaScript `Map` of the
 * texts would hold a string per series, and double itself in one go, which for a million series takes 0.1 s.
 *
 * Several series may have one hash, and even one content.
 */
import type { Slicer } from '../../slicer';

/** Tells whether the series at a slot is the one looked for. */
export interface Candidates {
  accepts(slot: number): boolean;
}

const SMALLEST = 16;
/** Numbers moved to a larger table between two looks at the clock. */
const CHUNK = 8192;

export class SeriesIndex {
  /** Two numbers per place, so that they are in the cache together: slot + 1, or 0 where the place is free; the hash. */
  private table = new Int32Array(2 * SMALLEST);
  private size = 0;

  /** @returns the slot of the first series of that hash that is accepted, -1 if there is none */
  find(hash: number, candidates: Candidates): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let at = firstPlace(hash, mask); ; at = (at + 2) & mask) {
      const entry = table[at] as number;
      if (entry === 0) return -1;
      if (table[at + 1] === hash && candidates.accepts(entry - 1)) return entry - 1;
    }
  }

  has(hash: number, slot: number): boolean {
    return this.placeOf(hash, slot) >= 0;
  }

  /** To be called only for a slot that it does not have. */
  add(hash: number, slot: number): void {
    // The room was reserved; where it was not, this is the pause that reserving avoids.
    if (4 * (this.size + 1) > this.table.length) this.grow();
    place(this.table, hash, slot + 1);
    this.size++;
  }

  /** The series has moved. */
  replace(hash: number, from: number, to: number): void {
    const at = this.placeOf(hash, from);
    if (at >= 0) this.table[at] = to + 1;
  }

  private placeOf(hash: number, slot: number): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let at = firstPlace(hash, mask); table[at] !== 0; at = (at + 2) & mask) if (table[at] === slot + 1) return at;
    return -1;
  }

  /** Makes room for so many in all, in slices. */
  async reserve(size: number, slicer: Slicer): Promise<void> {
    const length = 2 ** Math.ceil(Math.log2(4 * size + 2));
    if (length <= this.table.length) return;
    const larger = new Int32Array(length);
    for (let from = 0; from < this.table.length; from += CHUNK) {
      if (slicer.due) await slicer.rest();
      this.copy(larger, from, Math.min(from + CHUNK, this.table.length));
    }
    this.table = larger;
  }

  private grow(): void {
    const larger = new Int32Array(2 * this.table.length);
    this.copy(larger, 0, this.table.length);
    this.table = larger;
  }

  private copy(table: Int32Array, from: number, end: number): void {
    for (let at = from; at < end; at += 2) {
      const entry = this.table[at] as number;
      if (entry !== 0) place(table, this.table[at + 1] as number, entry);
    }
  }
}

function place(table: Int32Array, hash: number, entry: number): void {
  const mask = table.length - 1;
  let at = firstPlace(hash, mask);
  while (table[at] !== 0) at = (at + 2) & mask;
  table[at] = entry;
  table[at + 1] = hash;
}

function firstPlace(hash: number, mask: number): number {
  return (hash << 1) & mask;
}
