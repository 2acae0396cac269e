/** Cuts the series of a family, in their order, into pieces of its pages. */
import { ORDER_MASK, ORDER_SHIFT, type Family } from '../../../core/snapshot';

/** Series `from` to `to`, not included, of the family's page of that index. */
export type Run = readonly [page: number, from: number, to: number];

/** Neighbours on a page that are neighbours in the order are one run. */
export function* runsOf({ pages, order }: Pick<Family, 'pages' | 'order'>): Generator<Run, void> {
  if (order === undefined) {
    for (const [index, { page }] of pages.entries()) yield [index, 0, page.size];
    return;
  }
  for (let at = 0; at < order.length;) {
    const first = order[at] as number;
    let count = 1;
    // The number behind that of a full page's last series is the next page's first one.
    while (order[at + count] === first + count && ((first + count) & ORDER_MASK) !== 0) count++;
    const from = first & ORDER_MASK;
    yield [first >> ORDER_SHIFT, from, from + count];
    at += count;
  }
}
