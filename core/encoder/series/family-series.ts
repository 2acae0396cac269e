/**
 * The series of one family: which have been seen, on which page each stands, and which of them are absent. It knows
 * where their numbers begin, and nothing of the numbers, nor of the positions of data points.
 *
 * A series' *slot* is `pageIndex << ORDER_SHIFT | indexInPage`, as in the order of a snapshot.
 */
import { dataOf } from '../../bytes';
import {
  ORDER_MASK,
  ORDER_SHIFT,
  PAGE_SERIES,
  strideOf,
  type Layout,
  type Page,
  type PlacedPage,
} from '../../snapshot';
import type { Sliced } from '../../slicer';
import { Absences } from './absences';
import type { Claims } from './claims';
import type { OpenPage, PageTexts } from './open-page';
import type { PageSupply } from './page-supply';
import { SeriesIndex } from './series-index';
import { pairsHash } from './pairs';
import type { SeriesTexts } from './series-texts';
import { hashOf, isSameText } from './text-hash';

/** A series that has been absent for this many snapshots is dead: its memory may be given back. If room is needed, at once. */
export const RETENTION_SNAPSHOTS = 10;

const LINE_FEED = 0x0a;

/** Series put into the index in one step. */
const STEP_SERIES = 256;

/** A page that a family had. */
interface TakenPage extends PlacedPage {
  readonly texts: PageTexts;
}

export class FamilySeries {
  /** The last page may be followed by others of another layout: a family may have pages of several. */
  readonly pages: readonly PlacedPage[] = [];
  /** Pages to which series are being added, one per layout. None between two collections. */
  readonly open: readonly OpenPage[] = [];
  /** The series that are absent from the last snapshot. */
  readonly absent = new Absences();
  /** Slots that are taken: by series that are present, absent, or have moved to another page. */
  size = 0;
  /** Numbers that the pages take in a column. */
  numbers = 0;
  /** Bytes of the texts of its pages. */
  textBytes = 0;
  /** How many pages there were when they were last packed: a family of many layouts cannot do with fewer. */
  packedPages = 0;
  /** A copy of the pages, the same one as long as none is added or moved. */
  private published: readonly PlacedPage[] | undefined;
  /** By page: the texts on it. */
  private readonly texts: PageTexts[] = [];
  /**
   * Content to slot: all series of the first {@link indexed} pages, dead ones too, without those that have moved to another
   * page. Completed only when a series has to be looked up, which most families never need.
   */
  private readonly index = new SeriesIndex();
  private indexed = 0;
  /** Whether every series is in the index, and each that is added is put there too. */
  isIndexComplete = false;

  /** @param unordered whether series are the same where only the order of their attributes differs */
  constructor(
    private readonly supply: PageSupply,
    readonly unordered = false,
  ) {}

  /** Asks the index, which is to be complete. @returns the slot of a series of that text which is not claimed, or -1 */
  find(text: SeriesTexts, hash: number, claims: Claims): number {
    const { index } = this;
    for (let entry = index.first(hash); entry >= 0; entry = index.next(hash, entry)) {
      const slot = index.slotOf(entry);
      if (!claims.has(slot) && this.hasText(slot, text)) return slot;
    }
    return -1;
  }

  /** The same for attributes in any order. An attribute set has one series only. */
  findUnordered(text: SeriesTexts, hash: number): number {
    const { index } = this;
    for (let entry = index.first(hash); entry >= 0; entry = index.next(hash, entry)) {
      const slot = index.slotOf(entry);
      if (this.hasPairs(slot, text)) return slot;
    }
    return -1;
  }

  /** @returns the slot of the first series of that hash, which may be of another text; -1 if there is none */
  firstSlot(hash: number): number {
    const entry = this.index.first(hash);
    return entry < 0 ? -1 : this.index.slotOf(entry);
  }

  /** Where the text of the series begins on its page; 0 for no series. */
  textStart(slot: number): number {
    return slot < 0 ? 0 : ((this.texts[slot >> ORDER_SHIFT] as PageTexts).starts[slot & ORDER_MASK] as number);
  }

  /** @param start see {@link textStart} */
  textByte(slot: number, start: number): number {
    return slot < 0 ? 0 : ((this.texts[slot >> ORDER_SHIFT] as PageTexts).bytes[start] as number);
  }

  private hasText(slot: number, { bytes, length }: SeriesTexts): boolean {
    const { bytes: texts, starts } = this.texts[slot >> ORDER_SHIFT] as PageTexts;
    const index = slot & ORDER_MASK;
    return isSameText(bytes, 0, length, texts, starts[index] as number, (starts[index + 1] as number) - 1);
  }

  private hasPairs(slot: number, text: SeriesTexts): boolean {
    const { bytes, starts } = this.texts[slot >> ORDER_SHIFT] as PageTexts;
    const index = slot & ORDER_MASK;
    return text.hasPairsOf(bytes, starts[index] as number, (starts[index + 1] as number) - 1);
  }

  /**
   * Puts all series into the index. Until {@link sealAll}, each series that is added is to be put there too.
   * @param expected how many these may be
   */
  *completeIndex(expected: number): Sliced {
    yield* this.index.reserve(this.size + expected);
    for (; this.indexed < this.pages.length; this.indexed++) {
      const { bytes, starts } = this.texts[this.indexed] as PageTexts;
      const { size } = (this.pages[this.indexed] as PlacedPage).page;
      const data = dataOf(bytes);
      const first = this.indexed << ORDER_SHIFT;
      for (let i = 0; i < size; i++) {
        if (i % STEP_SERIES === 0) yield;
        // Where a set has one series only, an absent one is left out: if it comes again, it begins anew at another slot.
        if (!this.unordered || !this.absent.has(first + i))
          this.index.add(this.hashIn(bytes, data, starts, i), first + i);
      }
    }
    this.isIndexComplete = true;
  }

  private hashIn(bytes: Uint8Array, data: DataView, starts: Uint32Array, index: number): number {
    const from = starts[index] as number;
    const end = (starts[index + 1] as number) - 1;
    return this.unordered ? pairsHash(bytes, data, from, end) : hashOf(data, from, end);
  }

  /** Makes room in the index for that many more series. */
  *reserveIndex(more: number): Sliced {
    yield* this.index.reserveMore(more);
  }

  /** For a series that has moved from a removed page: makes the index, which has all series, find it at its new slot only. */
  followInIndex(from: number, to: number): void {
    const { bytes, starts } = this.texts[to >> ORDER_SHIFT] as PageTexts;
    this.index.replace(this.hashIn(bytes, dataOf(bytes), starts, to & ORDER_MASK), from, to);
  }

  /** Puts a series that was just added into the index. */
  addToIndex(hash: number, slot: number): void {
    this.index.add(hash, slot);
  }

  /** For a series that has moved to another slot: makes the index find it there only. */
  replaceInIndex(hash: number, from: number, to: number): void {
    this.index.replace(hash, from, to);
  }

  /** Whether any series is in the index. */
  get isIndexed(): boolean {
    return this.indexed > 0;
  }

  /** Whether the series at that slot is still there: it may have moved to another page. */
  isInUse(slot: number): boolean {
    if (slot >> ORDER_SHIFT >= this.indexed) return true;
    const { bytes, starts } = this.texts[slot >> ORDER_SHIFT] as PageTexts;
    const index = slot & ORDER_MASK;
    return this.index.has(this.hashIn(bytes, dataOf(bytes), starts, index), slot);
  }

  /** Puts the series' text in place of what `text` has. */
  readText(slot: number, text: SeriesTexts): void {
    const { bytes, starts } = this.texts[slot >> ORDER_SHIFT] as PageTexts;
    const index = slot & ORDER_MASK;
    text.clear();
    text.appendText(bytes, starts[index] as number, (starts[index + 1] as number) - 1);
  }

  /**
   * The open page of a layout, told by identity, with room for a series.
   * @param expected how many series of the layout may come
   */
  openPage(layout: Layout, expected: number): OpenPage {
    let at = this.open.length - 1;
    while (at >= 0 && (this.open[at] as OpenPage).layout !== layout) at--;
    const open = this.open[at];
    if (open !== undefined && !open.isFull) return open;
    if (open !== undefined) this.seal(at);
    return this.beginPage(layout, Math.min(expected, PAGE_SERIES));
  }

  private beginPage(layout: Layout, capacity: number): OpenPage {
    const open = this.supply.open(layout, this.pages.length, capacity);
    (this.open as OpenPage[]).push(open);
    this.setPage(open.index, { page: { id: -1, layout, size: 0, attributes: open.bytes }, base: open.base });
    this.texts.push(open);
    return open;
  }

  /** Ends the adding of series. */
  sealAll(): void {
    while (this.open.length > 0) this.seal(this.open.length - 1);
    if (this.isIndexComplete) this.indexed = this.pages.length;
    this.isIndexComplete = false;
  }

  private seal(at: number): void {
    const [open] = (this.open as OpenPage[]).splice(at, 1) as [OpenPage];
    const { index, base } = open;
    const { page, text } = this.supply.seal(open);
    this.setPage(index, { page, base });
    this.texts[index] = text;
    this.textBytes += page.attributes.length;
    this.size += page.size;
    this.numbers += page.size * strideOf(page.layout);
  }

  /** For a snapshot, which is read while pages are being added. */
  publishPages(): readonly PlacedPage[] {
    this.published ??= [...this.pages];
    return this.published;
  }

  /**
   * Removes the pages from that one on. Their series are to be added again, in the same order; if they are in the index, which
   * is to be complete then, call {@link followInIndex} for each.
   */
  removePages(first: number): readonly TakenPage[] {
    this.published = undefined;
    this.indexed = Math.min(this.indexed, first);
    const texts = this.texts.splice(first);
    const pages = (this.pages as PlacedPage[]).splice(first);
    for (const { page } of pages) {
      this.size -= page.size;
      this.numbers -= page.size * strideOf(page.layout);
      this.textBytes -= page.attributes.length;
    }
    return pages.map((placed, i) => ({ ...placed, texts: texts[i] as PageTexts }));
  }

  /** Takes room in the columns anew for a page. @returns where its numbers begin now */
  movePage(index: number): number {
    const { page } = this.pages[index] as PlacedPage;
    const base = this.supply.take(page.layout, page.size);
    this.setPage(index, { page, base });
    return base;
  }

  /** Takes over the pages of a snapshot. Only for a family that has no pages yet. */
  *restorePages(pages: readonly PlacedPage[]): Sliced {
    for (const placed of pages) {
      yield;
      const { page } = placed;
      this.setPage(this.pages.length, placed);
      this.texts.push({ bytes: page.attributes, starts: startsOf(page) });
      this.textBytes += page.attributes.length;
      this.size += page.size;
      this.numbers += page.size * strideOf(page.layout);
    }
  }

  /** Notes that the texts of a page stand in another place now. */
  moveText(index: number, attributes: Uint8Array): void {
    const { page, base } = this.pages[index] as PlacedPage;
    this.setPage(index, { page: { ...page, attributes }, base });
    this.texts[index] = { ...(this.texts[index] as PageTexts), bytes: attributes };
  }

  private setPage(index: number, placed: PlacedPage): void {
    (this.pages as PlacedPage[])[index] = placed;
    this.published = undefined;
  }

  pageOf(slot: number): PlacedPage {
    return this.pages[slot >> ORDER_SHIFT] as PlacedPage;
  }

  layoutOf(slot: number): Layout {
    return this.pageOf(slot).page.layout;
  }

  /** Where the numbers of the series begin in a column. */
  offsetOf(slot: number): number {
    const { page, base } = this.pageOf(slot);
    return base + (slot & ORDER_MASK) * strideOf(page.layout);
  }

  /** @param retention for how many snapshots an absent series is kept */
  isDead(slot: number, generation: number, retention: number): boolean {
    const since = this.absent.sinceOf(slot);
    return since !== 0 && generation - since >= retention;
  }
}

/** Where the texts of a page begin. */
function startsOf({ attributes, size }: Page): Uint32Array {
  const starts = new Uint32Array(size + 1);
  for (let i = 0; i < size; i++) starts[i + 1] = attributes.indexOf(LINE_FEED, starts[i]) + 1;
  return starts;
}
