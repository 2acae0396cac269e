/** Which series of an instance's pages are present in a snapshot. */
import { ORDER_MASK, ORDER_SHIFT, type Family, type Page } from '../../../../core/snapshot';

/** A page of an instance's family that has series present. */
export interface PresentPage {
  readonly page: Page;
  /** Index in the snapshot's values of the page's first number. */
  readonly base: number;
  /** How many of its series are present. */
  readonly count: number;
  /** Indices on the page of those which are present, as many as `count`; `undefined` if all are. */
  readonly indices: Int32Array | undefined;
}

export function presentPages({ pages, order }: Family): PresentPage[] {
  if (order === undefined) return pages.map(({ page, base }) => ({ page, base, count: page.size, indices: undefined }));
  const counts = new Int32Array(pages.length);
  for (const slot of order) counts[slot >> ORDER_SHIFT]!++;
  const indices = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (const slot of order) {
    const p = slot >> ORDER_SHIFT;
    indices[p]![counts[p]!++] = slot & ORDER_MASK;
  }
  const all = pages.map(({ page, base }, p) => ({ page, base, count: counts[p]!, indices: indices[p]! }));
  return all.filter(({ count }) => count > 0);
}
