/**
 * The series of one family: which have been seen, on which page each stands, and which of them are absent. It knows
 * where their numbers begin, and nothing of the numbers, nor of the positions of data points.
 *
 * A series' *slot* is `pageIndex << ORDER_SHIFT | indexInPage`, as in the order of a snapshot.
 */
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
import { FamilyIndex } from './family-index';
import { FamilyTexts } from './family-texts';
import type { OpenPage, PageTexts } from './open-page';
import type { PageSupply } from './page-supply';

/** A series that has been absent for this many snapshots is dead: its memory may be given back. If room is needed, at once. */
export const RETENTION_SNAPSHOTS = 10;

const LINE_FEED = 0x0a;

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
  readonly texts = new FamilyTexts();
  readonly index: FamilyIndex;
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

  /** @param unordered whether series are the same where only the order of their attributes differs */
  constructor(
    private readonly supply: PageSupply,
    readonly unordered = false,
  ) {
    this.index = new FamilyIndex(this.texts, unordered);
  }

  /**
   * Puts all series into the index. Until {@link sealAll}, each series that is added is to be put there too.
   * @param expected how many these may be
   */
  completeIndex(expected: number): Sliced {
    return this.index.complete(this.pages, this.absent, this.size + expected);
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
    this.texts.set(open.index, open);
    return open;
  }

  /** Ends the adding of series. */
  sealAll(): void {
    while (this.open.length > 0) this.seal(this.open.length - 1);
    this.index.endAdding(this.pages.length);
  }

  private seal(at: number): void {
    const [open] = (this.open as OpenPage[]).splice(at, 1) as [OpenPage];
    const { index, base } = open;
    const { page, text } = this.supply.seal(open);
    this.setPage(index, { page, base });
    this.texts.set(index, text);
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
   * is to be complete then, call {@link FamilyIndex.follow} for each.
   */
  removePages(first: number): readonly TakenPage[] {
    this.published = undefined;
    this.index.removePages(first);
    const texts = this.texts.removePages(first);
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
      this.texts.set(this.pages.length, { bytes: page.attributes, starts: startsOf(page) });
      this.setPage(this.pages.length, placed);
      this.textBytes += page.attributes.length;
      this.size += page.size;
      this.numbers += page.size * strideOf(page.layout);
    }
  }

  /** Notes that the texts of a page stand in another place now. */
  moveText(index: number, attributes: Uint8Array): void {
    const { page, base } = this.pages[index] as PlacedPage;
    this.setPage(index, { page: { ...page, attributes }, base });
    this.texts.set(index, { ...this.texts.ofPage(index), bytes: attributes });
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
