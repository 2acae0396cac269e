/** Notes, at the end of a collection that has changed a family, which series are present and in which order. */
import type { Sliced } from '../../slicer';
import { ORDER_SHIFT, type PlacedPage } from '../../snapshot';
import type { FamilySeries } from '../series/family-series';
import { LEFT_OUT } from './position-block';
import type { Positions } from './positions';

/** The first positions, where they are known to be all series of the first pages, in their order. */
interface Prefix {
  readonly pages: number;
  readonly positions: number;
}

export const NO_PREFIX: Prefix = { pages: 0, positions: 0 };

/**
 * Notes which series are absent, and makes the order.
 * @param prefix what need not be looked at again
 * @returns the order for the snapshot, `undefined` where it is all series in page order
 */
export function* notePresence(
  series: FamilySeries,
  positions: Positions,
  prefix: Prefix,
  generation: number,
): Sliced<Int32Array | undefined> {
  const { pages, absent } = series;
  if (yield* areAllInOrder(series, positions, prefix)) {
    absent.clear();
    return undefined;
  }
  const present = new Uint8Array(pages.length << ORDER_SHIFT);
  let count = 0;
  for (const slots of positions.slotsFrom(0)) {
    yield;
    for (const slot of slots) {
      if (slot === LEFT_OUT) continue;
      present[slot] = 1;
      count++;
    }
  }
  absent.reserve(pages.length << ORDER_SHIFT);
  for (let page = 0; page < pages.length; page++) {
    yield;
    noteAbsences(series, page, present, generation);
  }
  return yield* writeOrder(positions, count);
}

function* areAllInOrder({ pages }: FamilySeries, positions: Positions, prefix: Prefix): Sliced<boolean> {
  let page = prefix.pages;
  let index = 0;
  for (const slots of positions.slotsFrom(prefix.positions)) {
    yield;
    for (const slot of slots) {
      if (slot === LEFT_OUT) continue;
      if (slot !== (page << ORDER_SHIFT) + index) return false;
      if (++index < (pages[page] as PlacedPage).page.size) continue;
      page++;
      index = 0;
    }
  }
  return page === pages.length;
}

function noteAbsences({ pages, absent }: FamilySeries, page: number, present: Uint8Array, generation: number): void {
  const first = page << ORDER_SHIFT;
  const end = first + (pages[page] as PlacedPage).page.size;
  for (let slot = first; slot < end; slot++) {
    if (present[slot] === 0) absent.add(slot, generation);
    else absent.delete(slot);
  }
}

/** The order entries in shared memory, where they are written once. */
function* writeOrder(positions: Positions, count: number): Sliced<Int32Array> {
  const order = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  let at = 0;
  for (const slots of positions.slotsFrom(0)) {
    yield;
    for (const slot of slots) if (slot !== LEFT_OUT) order[at++] = slot;
  }
  return order;
}
