/**
 * From a series' content to its slot: an open-addressing hash table of numbers only. A JavaScript `Map` of the
 * texts would hold a string per series, and double itself in one go, which for a million series takes 0.1 s.
 *
 * Several series may have one hash, and even one content: entries of a hash are walked through by {@link SeriesIndex.first}
 * and {@link SeriesIndex.next}.
 */
import type { Sliced } from '../../slicer';

const SMALLEST_ENTRIES = 16;
/** Numbers moved to a larger table in one step. */
const STEP_NUMBERS = 8192;

export class SeriesIndex {
  /** Two numbers per entry, so that they are in the cache together: slot + 1, or 0 where the entry is free; the hash. */
  private table = new Int32Array(2 * SMALLEST_ENTRIES);
  private size = 0;

  /** @returns the first entry of that hash, -1 if there is none */
  first(hash: number): number {
    return this.walk(hash, firstEntry(hash, this.table.length - 1));
  }

  /** @returns the entry of that hash behind that one, -1 if there is none */
  next(hash: number, entry: number): number {
    return this.walk(hash, (entry + 2) & (this.table.length - 1));
  }

  /** Reads where the entries of those hashes may be. @returns a number of no meaning */
  fetch(hashes: Int32Array, count: number): number {
    const { table } = this;
    const mask = table.length - 1;
    let touched = 0;
    for (let i = 0; i < count; i++) touched += table[firstEntry(hashes[i] as number, mask)] as number;
    return touched;
  }

  slotOf(entry: number): number {
    return (this.table[entry] as number) - 1;
  }

  has(hash: number, slot: number): boolean {
    return this.entryOf(hash, slot) >= 0;
  }

  /** To be called only for a slot that it does not have. */
  add(hash: number, slot: number): void {
    // The room was reserved; where it was not, this is the pause that reserving avoids.
    if (4 * (this.size + 1) > this.table.length) this.grow();
    put(this.table, hash, slot + 1);
    this.size++;
  }

  /** Notes that a series has moved. */
  replace(hash: number, from: number, to: number): void {
    const entry = this.entryOf(hash, from);
    if (entry >= 0) this.table[entry] = to + 1;
  }

  /** Makes room for so many in all. */
  *reserve(size: number): Sliced {
    const length = 2 ** Math.ceil(Math.log2(4 * size + 2));
    if (length <= this.table.length) return;
    const larger = new Int32Array(length);
    for (let from = 0; from < this.table.length; from += STEP_NUMBERS) {
      yield;
      this.copy(larger, from, Math.min(from + STEP_NUMBERS, this.table.length));
    }
    this.table = larger;
  }

  /** Makes room for so many more. */
  *reserveMore(more: number): Sliced {
    yield* this.reserve(this.size + more);
  }

  private walk(hash: number, from: number): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let entry = from; table[entry] !== 0; entry = (entry + 2) & mask) if (table[entry + 1] === hash) return entry;
    return -1;
  }

  private entryOf(hash: number, slot: number): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let entry = firstEntry(hash, mask); table[entry] !== 0; entry = (entry + 2) & mask) {
      if (table[entry] === slot + 1) return entry;
    }
    return -1;
  }

  private grow(): void {
    const larger = new Int32Array(2 * this.table.length);
    this.copy(larger, 0, this.table.length);
    this.table = larger;
  }

  private copy(table: Int32Array, from: number, end: number): void {
    for (let entry = from; entry < end; entry += 2) {
      const content = this.table[entry] as number;
      if (content !== 0) put(table, this.table[entry + 1] as number, content);
    }
  }
}

function put(table: Int32Array, hash: number, content: number): void {
  const mask = table.length - 1;
  let entry = firstEntry(hash, mask);
  while (table[entry] !== 0) entry = (entry + 2) & mask;
  table[entry] = content;
  table[entry + 1] = hash;
}

function firstEntry(hash: number, mask: number): number {
  return (hash << 1) & mask;
}
