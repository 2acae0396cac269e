/**
 * Joins the last pages of a family that only grows. The few series that come in one collection have a page of their own,
 * which is written once; what stands before many of these stays where it is.
 */
import { ORDER_SHIFT, PAGE_SERIES, strideOf, type Layout, type PlacedPage } from '../../snapshot';
import type { Dictionary, PageSpace } from '../series/dictionary';
import type { Slicer } from '../../slicer';

/** So many small pages are joined. */
const MANY = 8;
/** A page of more series is not small. */
const SMALL = PAGE_SERIES / 2;

/** New places are behind those of the last snapshot. */
export interface Joining extends PageSpace {
  /** Of the snapshot that is going to be written. */
  readonly generation: number;
  readonly slicer: Slicer;
  /** The numbers of the last snapshot. */
  readonly values: Float64Array;
  hasRoom(numbers: number): boolean;
}

/** @returns the first of the pages that are to be joined; `undefined` if there are none, or no room for them */
export function firstToJoin({ pages }: Dictionary, joining: Joining): number | undefined {
  const layout = pages.at(-1)?.page.layout;
  let first = pages.length;
  let numbers = 0;
  for (; first > 0; first--) {
    const { page } = pages[first - 1] as PlacedPage;
    if (page.size > SMALL || page.layout !== layout) break;
    numbers += page.size * strideOf(layout);
  }
  return pages.length - first >= MANY && joining.hasRoom(numbers) ? first : undefined;
}

/**
 * Puts the series of these pages, in their order, on pages that are full but for the last one.
 * @returns how many they are
 */
export async function joinPages(dictionary: Dictionary, first: number, joining: Joining): Promise<number> {
  const { slicer, values } = joining;
  const taken = dictionary.takeOff(first);
  const all = taken.reduce((sum, { page }) => sum + page.size, 0);
  let left = all;
  let slot = first << ORDER_SHIFT;
  for (const { page, base, texts } of taken) {
    const { layout, size } = page;
    const shape = { fits: (other: Layout) => other === layout, layout: () => layout };
    const stride = strideOf(layout);
    for (let from = 0; from < size;) {
      if (slicer.due) await slicer.rest();
      const count = dictionary.addSome(texts, from, shape, left, joining);
      values.copyWithin(dictionary.offsetOf(slot), base + from * stride, base + (from + count) * stride);
      from += count;
      left -= count;
      slot += count;
    }
  }
  dictionary.sealAll(joining);
  return all;
}
