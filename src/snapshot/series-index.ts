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
/** Entries moved to a larger table between two looks at the clock. */
const CHUNK = 4096;

export class SeriesIndex {
  /** Slot + 1, and 0 where the place is free. */
  private entries = new Int32Array(SMALLEST);
  private hashes = new Int32Array(SMALLEST);
  private size = 0;

  /** @returns the slot, -1 if there is none */
  find(text: SeriesText, texts: Texts): number {
    const mask = this.entries.length - 1;
    for (let at = spread(text.hash) & mask; ; at = (at + 1) & mask) {
      const entry = this.entries[at] as number;
      if (entry === 0) return -1;
      if (this.hashes[at] === text.hash && texts.has(entry - 1, text)) return entry - 1;
    }
  }

  /** To be called only for what {@link find} did not find. */
  add(hash: number, slot: number): void {
    // The room was reserved; where it was not, this is the pause that reserving avoids.
    if (2 * (this.size + 1) > this.entries.length) this.grow(this.entries.length * 2);
    place(this.entries, this.hashes, hash, slot + 1);
    this.size++;
  }

  /** The series has moved. */
  replace(hash: number, from: number, to: number): void {
    const mask = this.entries.length - 1;
    for (let at = spread(hash) & mask; this.entries[at] !== 0; at = (at + 1) & mask) {
      if (this.entries[at] !== from + 1) continue;
      this.entries[at] = to + 1;
      return;
    }
  }

  /** Makes room for so many more, in slices. */
  async reserve(more: number, slicer: Slicer): Promise<void> {
    const length = 2 ** Math.ceil(Math.log2(2 * (this.size + more) + 1));
    if (length <= this.entries.length) return;
    const entries = new Int32Array(length);
    const hashes = new Int32Array(length);
    for (let from = 0; from < this.entries.length; from += CHUNK) {
      if (slicer.due) await slicer.rest();
      this.copy(entries, hashes, from, Math.min(from + CHUNK, this.entries.length));
    }
    this.entries = entries;
    this.hashes = hashes;
  }

  private grow(length: number): void {
    const entries = new Int32Array(length);
    const hashes = new Int32Array(length);
    this.copy(entries, hashes, 0, this.entries.length);
    this.entries = entries;
    this.hashes = hashes;
  }

  private copy(entries: Int32Array, hashes: Int32Array, from: number, end: number): void {
    for (let at = from; at < end; at++) {
      const entry = this.entries[at] as number;
      if (entry !== 0) place(entries, hashes, this.hashes[at] as number, entry);
    }
  }
}

function place(entries: Int32Array, hashes: Int32Array, hash: number, entry: number): void {
  const mask = entries.length - 1;
  let at = spread(hash) & mask;
  while (entries[at] !== 0) at = (at + 1) & mask;
  entries[at] = entry;
  hashes[at] = hash;
}

/** FNV's low bits alone are poor. */
function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return mixed ^ (mixed >>> 15);
}
