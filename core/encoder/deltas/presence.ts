/** Which series of a family with deltas are present, and which of them have not changed for long. */
import { ORDER_SHIFT, type PlacedPage } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { FamilySeries } from '../series/family-series';
import type { LastChanges } from './last-changes';

/** @returns the order for the snapshot: all present series in page order; `undefined` where these are all that there are */
export function* presentSlots(series: FamilySeries): Sliced<Int32Array | undefined> {
  const { absent, size } = series;
  if (absent.count === 0) return undefined;
  const bytes = (size - absent.count) * Int32Array.BYTES_PER_ELEMENT;
  const order = new Int32Array(new SharedArrayBuffer(bytes));
  let at = 0;
  for (const slots of slotsByPage(series)) {
    yield;
    for (let slot = slots.first; slot < slots.end; slot++) if (!absent.has(slot)) order[at++] = slot;
  }
  return order;
}

/** @returns of each page, the present series that have not changed since that time */
export function* expiredSlots(series: FamilySeries, lastChanges: LastChanges, since: number): Iterable<number[]> {
  for (const { first, end } of slotsByPage(series)) {
    const expired: number[] = [];
    for (let slot = first; slot < end; slot++) {
      if (lastChanges.get(slot) <= since && !series.absent.has(slot)) expired.push(slot);
    }
    yield expired;
  }
}

/** Notes that the series which are not in the order are absent. */
export function* markAbsent(series: FamilySeries, order: Int32Array, generation: number): Sliced {
  const present = new Uint8Array(series.pages.length << ORDER_SHIFT);
  for (const slot of order) present[slot] = 1;
  for (const { first, end } of slotsByPage(series)) {
    yield;
    for (let slot = first; slot < end; slot++) if (present[slot] === 0) series.absent.add(slot, generation);
  }
}

function* slotsByPage({ pages }: FamilySeries): Iterable<{ readonly first: number; readonly end: number }> {
  for (let page = 0; page < pages.length; page++) {
    const first = page << ORDER_SHIFT;
    yield { first, end: first + (pages[page] as PlacedPage).page.size };
  }
}
