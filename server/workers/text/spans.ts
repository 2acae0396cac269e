/** Cuts the series of a family, in their order, into pieces of its pages. */
import { ORDER_MASK, ORDER_SHIFT, type Family } from '../../../core/snapshot';

/** Neighbouring series on a page that are neighbours in the order too: `from` to `to`, not included. */
export type Span = readonly [pageIndex: number, from: number, to: number];

/**
 * All present series of a family, in as few spans as there can be.
 *
 * @throws RangeError at a span of series that are not there
 */
export function* spansOf({ pages, order }: Pick<Family, 'pages' | 'order'>): Generator<Span, void> {
  if (order === undefined) {
    for (const [pageIndex, { page }] of pages.entries()) yield [pageIndex, 0, page.size];
    return;
  }
  for (let at = 0; at < order.length;) {
    const first = order[at] as number;
    let count = 1;
    // The slot behind the last series of a full page is the first one of the next page, where another span begins.
    while (order[at + count] === first + count && ((first + count) & ORDER_MASK) !== 0) count++;
    const from = first & ORDER_MASK;
    const size = pages[first >> ORDER_SHIFT]?.page.size ?? 0;
    if (from + count > size) throw new RangeError(`the order names series ${from + count} of ${size}`);
    yield [first >> ORDER_SHIFT, from, from + count];
    at += count;
  }
}
