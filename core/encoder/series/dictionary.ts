/**
 * One family's part of the dictionary: which series have ever been seen, on which page each stands, and which
 * of them are gone. It knows nothing of values.
 *
 * A series' *slot* is `pageIndex << ORDER_SHIFT | indexInPage`, as in the order of a snapshot.
 */
import { ORDER_MASK, ORDER_SHIFT, PAGE_SERIES, strideOf, type Layout, type PlacedPage } from '../../snapshot';
import { Absences } from './absences';
import { OpenPage, type PageText } from './pages';
import { SeriesIndex, type Candidates } from './series-index';
import { hashOf, isSameText, viewOf, type SeriesTexts } from './series-texts';
import type { Slicer } from '../../slicer';

/** A series that has been gone for this many snapshots gives its memory back, once it has company. */
export const RETENTION = 10;

/** Below this many dead series re-packing is not worth it. */
const WORTH_REPACKING = 64;

/** Series put into the index between two looks at the clock. */
const CHUNK = 256;

/** Pages of several layouts may be open at a time, as a rule it is one. */
const SPARES = 4;

/** Where pages get their ids and their places in the columns from. */
export interface PageSpace {
  nextPageId(): number;
  /** Takes room for that many numbers in all columns. @returns the index of the first */
  place(numbers: number): number;
  /** Gives back room at the end of what {@link place} took last, if it was the last. */
  giveBack(end: number, numbers: number): void;
  /** Pages that have been sealed, to be used for the next ones. */
  readonly spares: OpenPage[];
  /** @returns a page's texts where they stay, in shared memory */
  writeText(text: Uint8Array): Uint8Array;
}

/** The layouts that will do for the series being added. */
export interface Shape {
  fits(layout: Layout): boolean;
  /** Makes one, where no open page has one that will do. */
  layout(): Layout;
}

/** A page that a dictionary had. */
export interface TakenPage extends PlacedPage {
  readonly texts: PageText;
}

export class Dictionary {
  /** The last page may be followed by others of another layout: a family may have pages of several. */
  readonly pages: readonly PlacedPage[] = [];
  /** A copy of them, the same one as long as none is added or moved. */
  private published: readonly PlacedPage[] | undefined;
  /** By page: what stands on it. */
  private readonly texts: PageText[] = [];
  /** Pages that series are being added to, one per layout. None between two collections. */
  private readonly open: OpenPage[] = [];
  /**
   * Content to slot: all series of the first {@link indexed} pages, dead ones too, but none that has moved to another page.
   * As long as nothing but new series comes, which is most often for good, nobody looks anything up.
   */
  private readonly index = new SeriesIndex();
  private indexed = 0;
  /** Whether what is added is put into the index as well. */
  private isIndexing = false;
  /** The series that are not in the last snapshot. */
  readonly absent = new Absences();
  /** Places on pages: series present, gone, and those that moved to another page. */
  size = 0;
  /** Numbers that the pages take in a value column. */
  numbers = 0;
  /** Bytes of the texts of its pages. */
  textBytes = 0;
  /** How many pages it had when it was last packed: a family of many layouts can't do with fewer. */
  private packedPages = 0;

  /** To be called after {@link completeIndex}. @returns the slot of a series of that hash, -1 if none is accepted */
  find(hash: number, candidates: Candidates): number {
    return this.index.find(hash, candidates);
  }

  has(slot: number, { bytes, length }: SeriesTexts): boolean {
    const { bytes: texts, starts } = this.texts[slot >> ORDER_SHIFT] as PageText;
    const index = slot & ORDER_MASK;
    return isSameText(bytes, length, texts, starts[index] as number, (starts[index + 1] as number) - 1);
  }

  /**
   * Puts all series into the index, in slices. From now until {@link sealAll} those that are added are to be put there too.
   * @param expected how many these may be
   */
  async completeIndex(expected: number, slicer: Slicer): Promise<void> {
    await this.index.reserve(this.size + expected, slicer);
    for (; this.indexed < this.pages.length; this.indexed++) {
      const { bytes, starts } = this.texts[this.indexed] as PageText;
      const { size } = (this.pages[this.indexed] as PlacedPage).page;
      const view = viewOf(bytes);
      const first = this.indexed << ORDER_SHIFT;
      for (let i = 0; i < size; i++) {
        if (i % CHUNK === 0 && slicer.due) await slicer.rest();
        this.index.add(hashOf(view, starts[i] as number, (starts[i + 1] as number) - 1), first + i);
      }
    }
    this.isIndexing = true;
  }

  /** The series has moved to the page of the second slot: nobody finds it at the first one any more. */
  replace(hash: number, from: number, to: number): void {
    this.index.replace(hash, from, to);
  }

  /** Whether nobody has moved from there to another page. */
  isInUse(slot: number): boolean {
    if (slot >> ORDER_SHIFT >= this.indexed) return true;
    const { bytes, starts } = this.texts[slot >> ORDER_SHIFT] as PageText;
    const index = slot & ORDER_MASK;
    const hash = hashOf(viewOf(bytes), starts[index] as number, (starts[index + 1] as number) - 1);
    return this.index.has(hash, slot);
  }

  /** Puts the series' text in place of what is there. */
  readText(slot: number, text: SeriesTexts): void {
    const { bytes, starts } = this.texts[slot >> ORDER_SHIFT] as PageText;
    const index = slot & ORDER_MASK;
    text.clear();
    text.appendText(bytes, starts[index] as number, (starts[index + 1] as number) - 1);
  }

  /**
   * Puts a series on a page of a fitting layout, without looking whether there is one of that content.
   * @param expected how many more of the kind may come, this one included
   * @returns its slot
   */
  add(attributes: unknown, shape: Shape, expected: number, space: PageSpace): number {
    return this.openPageFor(shape, expected, space).add(attributes);
  }

  /** The same, for attributes whose text there is already. */
  addText(text: SeriesTexts, shape: Shape, expected: number, space: PageSpace): number {
    return this.openPageFor(shape, expected, space).addText(text);
  }

  /**
   * Puts all series of a page from that one on onto another page, or as many of them as it has room for.
   * @param expected how many series may come, these included
   * @returns how many
   */
  addSome(texts: PageText, from: number, shape: Shape, expected: number, space: PageSpace): number {
    return this.openPageFor(shape, expected, space).addSome(texts, from);
  }

  /** Lets a series just added be found. */
  addToIndex(hash: number, slot: number): void {
    this.index.add(hash, slot);
  }

  private openPageFor(shape: Shape, expected: number, space: PageSpace): OpenPage {
    let at = this.open.length - 1;
    while (at >= 0 && !shape.fits((this.open[at] as OpenPage).layout)) at--;
    if (at < 0 || this.open[at]?.isFull === true) {
      const layout = this.open[at]?.layout ?? this.layoutFor(shape);
      if (at >= 0) this.seal(at, space);
      at = this.open.push(this.openPage(layout, Math.min(expected, PAGE_SERIES), space)) - 1;
    }
    return this.open[at] as OpenPage;
  }

  /** Pages of the same layout have the same object, as a rule: it is by that that they are packed together. */
  private layoutFor(shape: Shape): Layout {
    const layout = shape.layout();
    const last = this.pages.at(-1)?.page.layout;
    // What fits and takes as many numbers is the same.
    return last !== undefined && shape.fits(last) && strideOf(last) === strideOf(layout) ? last : layout;
  }

  /** Ends the adding of series. */
  sealAll(space: PageSpace): void {
    while (this.open.length > 0) this.seal(this.open.length - 1, space);
    if (this.isIndexing) this.indexed = this.pages.length;
    this.isIndexing = false;
  }

  private openPage(layout: Layout, capacity: number, space: PageSpace): OpenPage {
    const base = space.place(capacity * strideOf(layout));
    const open = space.spares.pop() ?? new OpenPage();
    open.begin(layout, this.pages.length, base, capacity);
    this.setPage(open.index, { page: { id: -1, layout, size: 0, attributes: open.bytes }, base });
    this.texts.push(open);
    return open;
  }

  private seal(at: number, space: PageSpace): void {
    const [open] = this.open.splice(at, 1) as [OpenPage];
    const { index, base, layout, size, capacity } = open;
    const stride = strideOf(layout);
    const { page, text } = open.seal(space.nextPageId(), (bytes) => space.writeText(bytes));
    this.setPage(index, { page, base });
    this.texts[index] = text;
    this.textBytes += page.attributes.length;
    this.size += size;
    this.numbers += size * stride;
    space.giveBack(base + capacity * stride, (capacity - size) * stride);
    if (space.spares.length < SPARES) space.spares.push(open);
  }

  /** For a snapshot, which is read while pages are being added. */
  publishPages(): readonly PlacedPage[] {
    this.published ??= [...this.pages];
    return this.published;
  }

  /** Whether any of its series can be found by content without {@link completeIndex}. */
  get isIndexed(): boolean {
    return this.indexed > 0;
  }

  /** Takes the pages from that one on away, none of which may be in the index. Their series are to be added again. */
  takeOff(first: number): readonly TakenPage[] {
    this.published = undefined;
    const texts = this.texts.splice(first);
    const pages = (this.pages as PlacedPage[]).splice(first);
    for (const { page } of pages) {
      this.size -= page.size;
      this.numbers -= page.size * strideOf(page.layout);
      this.textBytes -= page.attributes.length;
    }
    return pages.map((placed, i) => ({ ...placed, texts: texts[i] as PageText }));
  }

  /** Gives a page another place in the columns. */
  movePage(index: number, base: number): void {
    this.setPage(index, { ...(this.pages[index] as PlacedPage), base });
  }

  /** Has a page's texts, which are the same, in another place. */
  moveText(index: number, attributes: Uint8Array): void {
    const { page, base } = this.pages[index] as PlacedPage;
    this.setPage(index, { page: { ...page, attributes }, base });
    this.texts[index] = { ...(this.texts[index] as PageText), bytes: attributes };
  }

  private setPage(index: number, placed: PlacedPage): void {
    (this.pages as PlacedPage[])[index] = placed;
    this.published = undefined;
  }

  pageOf(slot: number): PlacedPage {
    return this.pages[slot >> ORDER_SHIFT] as PlacedPage;
  }

  offsetOf(slot: number): number {
    const { page, base } = this.pageOf(slot);
    return base + (slot & ORDER_MASK) * strideOf(page.layout);
  }

  isDead(slot: number, generation: number): boolean {
    const since = this.absent.sinceOf(slot);
    return since !== 0 && generation - since >= RETENTION;
  }

  markPacked(): void {
    this.packedPages = this.pages.length;
  }

  /**
   * Whether most places are dead series, or the series stand on many more pages than they need.
   * @param pressed whether places are so short that any number of dead series worth the work will do
   */
  async isSparse(generation: number, pressed: boolean, slicer: Slicer): Promise<boolean> {
    const needed = (this.size >> ORDER_SHIFT) + 1;
    if (this.pages.length > Math.max(16, 4 * needed, 2 * this.packedPages)) return true;
    const least = pressed ? WORTH_REPACKING : Math.max(WORTH_REPACKING, this.size / 2);
    if (this.absent.count < least) return false;
    let dead = 0;
    for (let p = 0; p < this.pages.length; p++) {
      if (slicer.due) await slicer.rest();
      const first = p << ORDER_SHIFT;
      const end = first + (this.pages[p] as PlacedPage).page.size;
      for (let slot = first; slot < end; slot++) if (this.isDead(slot, generation)) dead++;
    }
    return dead >= least;
  }
}
