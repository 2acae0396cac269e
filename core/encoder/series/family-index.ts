/**
 * Finds the series of a family by content. All series of the first pages are in the index, dead ones too, without those that
 * have moved to another page. It is completed only when a series has to be looked up, which most families never need.
 */
import { dataOf } from '../../bytes';
import { ORDER_MASK, ORDER_SHIFT, type PlacedPage } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { Absences } from './absences';
import type { Claims } from './claims';
import type { FamilyTexts } from './family-texts';
import { pairsHash } from './pairs';
import { SeriesIndex } from './series-index';
import type { SeriesTexts } from './series-texts';
import { hashOf } from './text-hash';

/** Series put into the index in one step. */
const STEP_SERIES = 256;

export class FamilyIndex {
  /** Content to slot. */
  private readonly table = new SeriesIndex();
  /** How many pages are in it. */
  private indexed = 0;
  /** Whether every series is in it, and each that is added is put there too. */
  isComplete = false;

  /** @param unordered whether series are the same where only the order of their attributes differs */
  constructor(
    private readonly texts: FamilyTexts,
    private readonly unordered: boolean,
  ) {}

  /** To be called when it is complete. @returns the slot of a series of that text which is not claimed, or -1 */
  find(text: SeriesTexts, hash: number, claims: Claims): number {
    const { table, texts } = this;
    for (let entry = table.first(hash); entry >= 0; entry = table.next(hash, entry)) {
      const slot = table.slotOf(entry);
      if (!claims.has(slot) && texts.isText(slot, text)) return slot;
    }
    return -1;
  }

  /** The same for attributes in any order. An attribute set has one series only. */
  findUnordered(text: SeriesTexts, hash: number): number {
    const { table, texts } = this;
    for (let entry = table.first(hash); entry >= 0; entry = table.next(hash, entry)) {
      const slot = table.slotOf(entry);
      if (texts.hasPairs(slot, text)) return slot;
    }
    return -1;
  }

  /** See `SeriesIndex`. */
  fetch(hashes: Int32Array, count: number): number {
    return this.table.fetch(hashes, count);
  }

  /** @returns the slot of the first series of that hash, which may be of another text; -1 if there is none */
  firstSlot(hash: number): number {
    const entry = this.table.first(hash);
    return entry < 0 ? -1 : this.table.slotOf(entry);
  }

  /**
   * Puts all series into it. Until {@link endAdding}, each series that is added is to be put there too.
   * @param size how many these may be, with those that are added
   */
  *complete(pages: readonly PlacedPage[], absent: Absences, size: number): Sliced {
    yield* this.table.reserve(size);
    for (; this.indexed < pages.length; this.indexed++) {
      const { bytes, starts } = this.texts.ofPage(this.indexed);
      const { size: count } = (pages[this.indexed] as PlacedPage).page;
      const data = dataOf(bytes);
      const first = this.indexed << ORDER_SHIFT;
      for (let i = 0; i < count; i++) {
        if (i % STEP_SERIES === 0) yield;
        // Where a set has one series only, an absent one is left out: if it comes again, it begins anew at another slot.
        if (!this.unordered || !absent.has(first + i)) this.table.add(this.hashIn(bytes, data, starts, i), first + i);
      }
    }
    this.isComplete = true;
  }

  /** Makes room for that many more series. */
  reserve(more: number): Sliced {
    return this.table.reserveMore(more);
  }

  /** Puts a series there that was just added. */
  add(hash: number, slot: number): void {
    this.table.add(hash, slot);
  }

  /** For a series that has moved to another slot: it is found there only. */
  replace(hash: number, from: number, to: number): void {
    this.table.replace(hash, from, to);
  }

  /** The same for a series of a removed page, if the index was complete before. */
  follow(from: number, to: number): void {
    this.table.replace(this.hashAt(to), from, to);
  }

  /** Ends the adding of series. @param pages how many there are */
  endAdding(pages: number): void {
    if (this.isComplete) this.indexed = pages;
    this.isComplete = false;
  }

  /** The pages from that one on are gone: their series are added again, see {@link follow}. */
  removePages(first: number): void {
    this.indexed = Math.min(this.indexed, first);
  }

  /** Whether any series is in it. */
  get isUsed(): boolean {
    return this.indexed > 0;
  }

  /** Whether the series at that slot is still there: it may have moved to another page. */
  isInUse(slot: number): boolean {
    return slot >> ORDER_SHIFT >= this.indexed || this.table.has(this.hashAt(slot), slot);
  }

  private hashAt(slot: number): number {
    const { bytes, starts } = this.texts.ofPage(slot >> ORDER_SHIFT);
    return this.hashIn(bytes, dataOf(bytes), starts, slot & ORDER_MASK);
  }

  private hashIn(bytes: Uint8Array, data: DataView, starts: Uint32Array, index: number): number {
    const from = starts[index] as number;
    const end = (starts[index + 1] as number) - 1;
    return this.unordered ? pairsHash(bytes, data, from, end) : hashOf(data, from, end);
  }
}
