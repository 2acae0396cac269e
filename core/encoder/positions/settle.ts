/** Takes note, at the end of a collection that has changed a family, of who is there and in which order. */
import { ORDER_SHIFT, type PlacedPage } from '../../snapshot';
import type { Dictionary } from '../series/dictionary';
import { LEFT_OUT } from './position-block';
import type { Positions } from './positions';
import type { Slicer } from '../../slicer';

/** The series at the first positions that are those of the first pages. */
export interface Known {
  readonly pages: number;
  readonly positions: number;
}

/**
 * Notes in the dictionary who is absent.
 * @param known what is known to be present and in order already: the first pages with all of their series, and that
 * these are the first positions
 * @returns the order for the snapshot, `undefined` where it is all series in page order
 */
export async function settle(
  dictionary: Dictionary,
  positions: Positions,
  known: Known,
  generation: number,
  slicer: Slicer,
): Promise<Int32Array | undefined> {
  const { pages, absent } = dictionary;
  if (await areAllInOrder(dictionary, positions, known, slicer)) {
    absent.clear();
    return undefined;
  }
  const present = new Uint8Array(pages.length << ORDER_SHIFT);
  let count = 0;
  for (const slots of positions.slotsFrom(0)) {
    if (slicer.due) await slicer.rest();
    for (const slot of slots) {
      if (slot === LEFT_OUT) continue;
      present[slot] = 1;
      count++;
    }
  }
  absent.reserve(pages.length << ORDER_SHIFT);
  for (let p = 0; p < pages.length; p++) {
    if (slicer.due) await slicer.rest();
    noteAbsences(dictionary, p, present, generation);
  }
  return writeOrder(positions, count, slicer);
}

async function areAllInOrder(
  { pages }: Dictionary,
  positions: Positions,
  known: Known,
  slicer: Slicer,
): Promise<boolean> {
  let page = known.pages;
  let index = 0;
  for (const slots of positions.slotsFrom(known.positions)) {
    if (slicer.due) await slicer.rest();
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

function noteAbsences({ pages, absent }: Dictionary, page: number, present: Uint8Array, generation: number): void {
  const first = page << ORDER_SHIFT;
  const end = first + (pages[page] as PlacedPage).page.size;
  for (let slot = first; slot < end; slot++) {
    if (present[slot] === 0) absent.add(slot, generation);
    else absent.delete(slot);
  }
}

/** The order entries in shared memory, where they are written once. */
async function writeOrder(positions: Positions, count: number, slicer: Slicer): Promise<Int32Array> {
  const order = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  let at = 0;
  for (const slots of positions.slotsFrom(0)) {
    if (slicer.due) await slicer.rest();
    for (const slot of slots) if (slot !== LEFT_OUT) order[at++] = slot;
  }
  return order;
}
