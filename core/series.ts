/** Walks the series of a family in the order of its data points. */
import { ORDER_MASK, ORDER_SHIFT, strideOf, type Family, type Page, type Snapshot } from './snapshot';

/** `offset` is the index of the series' first number in the columns. */
export type SeriesVisitor = (page: Page, indexInPage: number, offset: number) => void;

export function forEachSeries(family: Family, visit: SeriesVisitor): void {
  const { pages, order } = family;
  if (order === undefined) {
    for (const { page, base } of pages) {
      const stride = strideOf(page.layout);
      for (let index = 0, offset = base; index < page.size; index++, offset += stride) visit(page, index, offset);
    }
    return;
  }
  const strides = pages.map(({ page }) => strideOf(page.layout));
  for (const entry of order) {
    const pageIndex = entry >> ORDER_SHIFT;
    const placed = pages[pageIndex];
    if (placed === undefined) throw new RangeError(`order names page ${pageIndex} of ${pages.length}`);
    const index = entry & ORDER_MASK;
    visit(placed.page, index, placed.base + index * (strides[pageIndex] ?? 0));
  }
}

/** How many series of the family are present. */
export function seriesCount(family: Family): number {
  if (family.order !== undefined) return family.order.length;
  let count = 0;
  for (const { page } of family.pages) count += page.size;
  return count;
}

/** All pages that the snapshot refers to. */
export function* pagesOf(snapshot: Snapshot): Generator<Page> {
  for (const { families } of snapshot.scopes) {
    for (const { pages } of families) {
      for (const { page } of pages) yield page;
    }
  }
}
