/**
 * Joins the last pages of families that only grow. The few series that come in one collection have a page of their own,
 * which is written once. Once there are many of these they are joined; the pages before them stay where they are.
 */
import { ORDER_SHIFT, PAGE_SERIES, strideOf, type PlacedPage } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { Columns } from '../columns/columns';
import type { AnyFamily } from '../any-family';
import type { FamilySeries } from '../series/family-series';

/** That many small pages are joined. */
const MANY_PAGES = 8;
/** A page of more series is not small. */
const SMALL_SERIES = PAGE_SERIES / 2;

/** Joins where there is room behind the numbers of the last snapshot. If there is none, later columns are made large enough. */
export function* joinSmallPages(families: Iterable<AnyFamily>, columns: Columns, generation: number): Sliced {
  if (!columns.isCurrentComplete) return;
  let missing = 0;
  for (const family of families) {
    const { series } = family;
    if (!family.isJoinable) continue;
    const small = smallPages(series);
    if (small === undefined) continue;
    if (small.numbers > columns.roomBehind) missing += small.numbers;
    else {
      yield* joinFrom(family, small.first, columns, generation);
    }
  }
  columns.extendCurrent();
  if (missing > 0) columns.reserve(columns.space.used + missing);
}

/** @returns the first of the small pages at the end, and how many numbers all of them take, if they are to be joined */
function smallPages({ pages }: FamilySeries): { readonly first: number; readonly numbers: number } | undefined {
  const layout = pages.at(-1)?.page.layout;
  let first = pages.length;
  let numbers = 0;
  for (; first > 0; first--) {
    const { page } = pages[first - 1] as PlacedPage;
    if (page.size > SMALL_SERIES || page.layout !== layout) break;
    numbers += page.size * strideOf(layout);
  }
  return pages.length - first >= MANY_PAGES ? { first, numbers } : undefined;
}

/** Puts the series of the pages from that one on, in their order, on pages that are full but for the last one. */
function* joinFrom(family: AnyFamily, first: number, columns: Columns, generation: number): Sliced {
  const { series } = family;
  const isIndexed = series.index.isUsed;
  if (isIndexed) yield* series.completeIndex(0);
  const taken = series.removePages(first);
  const all = taken.reduce((sum, { page }) => sum + page.size, 0);
  let left = all;
  let slot = first << ORDER_SHIFT;
  for (const [index, { page, base, texts }] of taken.entries()) {
    const { layout, size } = page;
    const stride = strideOf(layout);
    for (let from = 0; from < size;) {
      yield;
      const count = series.openPage(layout, left).addSome(texts, from);
      columns.copyBehind(base + from * stride, series.offsetOf(slot), count * stride);
      const before = ((first + index) << ORDER_SHIFT) + from;
      for (let i = 0; isIndexed && i < count; i++) series.index.follow(before + i, slot + i);
      from += count;
      left -= count;
      slot += count;
    }
  }
  series.sealAll();
  const joined = taken.map(({ page }, i) => ({ index: first + i, size: page.size }));
  yield* family.joined(all, first << ORDER_SHIFT, joined, generation);
}
