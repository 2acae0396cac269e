/** Which series of a family are present. */
import { ORDER_SHIFT, PAGE_SERIES, type Family } from '../../../../core/snapshot';

/** @returns whether the series of a page, by their indices in the family and on the page, are present */
export function presence(order: Family['order'], pages: number): (page: number, index: number) => boolean {
  if (order === undefined) return () => true;
  const present = new Uint8Array(pages * PAGE_SERIES);
  for (const slot of order) present[slot] = 1;
  return (page, index) => present[(page << ORDER_SHIFT) + index] === 1;
}

/** All slots of a family in its order. */
export function slotsOf({ order, pages }: Family): Int32Array {
  if (order !== undefined) return order;
  const slots: number[] = [];
  for (const [p, { page }] of pages.entries()) for (let i = 0; i < page.size; i++) slots.push((p << ORDER_SHIFT) + i);
  return Int32Array.from(slots);
}

/** @returns index of the first number that is not less, in a list that ascends */
export function lowerBound(numbers: readonly number[], least: number): number {
  let low = 0;
  for (let high = numbers.length; low < high;) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
