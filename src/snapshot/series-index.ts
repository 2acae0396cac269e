/**
 * From a series' content to its slot: an open-addressing hash table of numbers only. A JavaScript `Map` of the
 * texts would hold a string per series, and double itself in one go, which for a million series takes 0.1 s.
 */
import type { SeriesText } from './series-text';
import type { Slicer } from './slicer';

/** Tells whether the series at a slot has that text; two texts may have one hash. */
export interface Texts {
  has(slot: number, text: SeriesText): boolean;
}

const SMALLEST = 16;
/** Numbers moved to a larger table between two looks at the clock. */
const CHUNK = 8192;

export class SeriesIndex {
  /** Two numbers per place, so that they are in the cache together: slot + 1, or 0 where the place is free; the hash. */
  private table = new Int32Array(2 * SMALLEST);
  private size = 0;

  /** @returns the slot, -1 if there is none */
  find(text: SeriesText, texts: Texts): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let at = firstPlace(text.hash, mask); ; at = (at + 2) & mask) {
      const entry = table[at] as number;
      if (entry === 0) return -1;
      if (table[at + 1] === text.hash && texts.has(entry - 1, text)) return entry - 1;
    }
  }

  /** To be called only for what {@link find} did not find. */
  add(hash: number, slot: number): void {
    // The room was reserved; where it was not, this is the pause that reserving avoids.
    if (4 * (this.size + 1) > this.table.length) this.grow();
    place(this.table, hash, slot + 1);
    this.size++;
  }

  /** The series has moved. */
  replace(hash: number, from: number, to: number): void {
    const { table } = this;
    const mask = table.length - 1;
    for (let at = firstPlace(hash, mask); table[at] !== 0; at = (at + 2) & mask) {
      if (table[at] !== from + 1) continue;
      table[at] = to + 1;
      return;
    }
  }

  /** Makes room for so many more, in slices. */
  async reserve(more: number, slicer: Slicer): Promise<void> {
    const length = 2 ** Math.ceil(Math.log2(4 * (this.size + more) + 2));
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

/** FNV's low bits alone are poor. */
function firstPlace(hash: number, mask: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((mixed ^ (mixed >>> 15)) << 1) & mask;
}
