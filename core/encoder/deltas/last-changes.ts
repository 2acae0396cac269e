/** When each series of a family has changed last, by slot: a short array for each page, which grows with it. */
import { ORDER_MASK, ORDER_SHIFT, PAGE_SERIES } from '../../snapshot';

const NONE = new Float64Array(0);

export class LastChanges {
  private readonly pages: Float64Array[] = [];

  /** @param since what holds for series that are not noted yet */
  constructor(private readonly since: number) {}

  get(slot: number): number {
    const page = this.pages[slot >> ORDER_SHIFT];
    const index = slot & ORDER_MASK;
    return page !== undefined && index < page.length ? (page[index] as number) : this.since;
  }

  set(slot: number, time: number): void {
    const at = slot >> ORDER_SHIFT;
    const index = slot & ORDER_MASK;
    while (at >= this.pages.length) this.pages.push(NONE);
    let page = this.pages[at] as Float64Array;
    if (index >= page.length) {
      const larger = new Float64Array(Math.min(PAGE_SERIES, Math.max(4, 2 * index))).fill(this.since);
      larger.set(page);
      this.pages[at] = page = larger;
    }
    page[index] = time;
  }

  emptyCopy(): LastChanges {
    return new LastChanges(this.since);
  }

  /** Forgets the pages from that one on. */
  cut(page: number): void {
    this.pages.length = Math.min(this.pages.length, page);
  }
}
