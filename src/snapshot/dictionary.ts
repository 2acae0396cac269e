/**
 * One family's part of the dictionary: which series have ever been seen, on which page each stands, and which
 * of them are gone. It knows nothing of values.
 *
 * A series' *slot* is `pageIndex << ORDER_SHIFT | indexInPage`, as in the order of a snapshot.
 */
import { ORDER_MASK, ORDER_SHIFT, strideOf, type PlacedPage } from '../../protocol/snapshot';
import { writeOrder } from './pages';

/** A series that has been gone for this many snapshots gives its memory back, once it has company. */
export const RETENTION = 10;

/** Below this many dead series re-packing is not worth it. */
const WORTH_REPACKING = 64;

export class Dictionary {
  /** The last page may be followed by others of another layout: a family may have pages of several. */
  readonly pages: PlacedPage[] = [];
  /** Content to slot. Holds every series of every page, dead ones too. */
  readonly slots = new Map<string, number>();
  /** Slots of series that are not in the last snapshot, and the first generation they were missing in. */
  readonly absent = new Map<number, number>();
  /** Places on pages: series present, gone, and those that moved to another page. */
  size = 0;
  /** Numbers that the pages take in a value column. */
  numbers = 0;
  /** How many pages it had when it was last packed: a family of many layouts can't do with fewer. */
  private packedPages = 0;

  addPage(placed: PlacedPage): number {
    this.size += placed.page.size;
    this.numbers += placed.page.size * strideOf(placed.page.layout);
    return this.pages.push(placed) - 1;
  }

  pageOf(slot: number): PlacedPage {
    return this.pages[slot >> ORDER_SHIFT] as PlacedPage;
  }

  offsetOf(slot: number): number {
    const { page, base } = this.pageOf(slot);
    return base + (slot & ORDER_MASK) * strideOf(page.layout);
  }

  /**
   * Takes note of who is there and who is not.
   * @param slots of the present series, in order
   * @returns the order for the snapshot, `undefined` where it is all series in page order
   */
  settle(slots: Int32Array, generation: number): Int32Array | undefined {
    let at = 0;
    for (let p = 0; p < this.pages.length; p++) {
      const first = p << ORDER_SHIFT;
      const end = first + (this.pages[p] as PlacedPage).page.size;
      for (let slot = first; slot < end; slot++) {
        if (slots[at] === slot) at++;
        else return this.settleWithOrder(slots, generation);
      }
    }
    if (at !== slots.length) return this.settleWithOrder(slots, generation);
    this.absent.clear();
    return undefined;
  }

  private settleWithOrder(slots: Int32Array, generation: number): Int32Array {
    const present = new Uint8Array(this.pages.length << ORDER_SHIFT);
    for (const slot of slots) {
      present[slot] = 1;
      this.absent.delete(slot);
    }
    for (let p = 0; p < this.pages.length; p++) {
      const first = p << ORDER_SHIFT;
      const end = first + (this.pages[p] as PlacedPage).page.size;
      for (let slot = first; slot < end; slot++) {
        if (present[slot] === 0 && !this.absent.has(slot)) this.absent.set(slot, generation);
      }
    }
    return writeOrder(slots);
  }

  isDead(slot: number, generation: number): boolean {
    const since = this.absent.get(slot);
    return since !== undefined && generation - since >= RETENTION;
  }

  markPacked(): void {
    this.packedPages = this.pages.length;
  }

  /**
   * Whether most places are dead series, or the series stand on many more pages than they need.
   * @param pressed whether places are so short that any number of dead series worth the work will do
   */
  isSparse(generation: number, pressed: boolean): boolean {
    const needed = (this.size >> ORDER_SHIFT) + 1;
    if (this.pages.length > Math.max(16, 4 * needed, 2 * this.packedPages)) return true;
    const least = pressed ? WORTH_REPACKING : Math.max(WORTH_REPACKING, this.size / 2);
    if (this.absent.size < least) return false;
    let dead = 0;
    for (const slot of this.absent.keys()) {
      if (this.isDead(slot, generation)) dead++;
    }
    return dead >= least;
  }
}
