/** Packs a family anew: fresh places in the columns, and fresh pages without the dead where those are the most. */
import { ORDER_SHIFT, PAGE_SERIES, strideOf, type Layout } from '../../protocol/snapshot';
import { Dictionary } from './dictionary';
import { readPage, writePage } from './pages';
import type { Slicer } from './slicer';

export interface Packing {
  readonly generation: number;
  readonly slicer: Slicer;
  /** Whether the series limit leaves no room. */
  readonly pressed: boolean;
  readonly from: Float64Array;
  readonly to: Float64Array;
  place(numbers: number): number;
  nextPageId(): number;
}

export interface Packed {
  readonly dictionary: Dictionary;
  /** New slot by old slot; `undefined` where slots stay what they were. */
  readonly slots: Int32Array | undefined;
}

export async function packFamily(
  old: Dictionary,
  order: Int32Array | undefined,
  packing: Packing,
): Promise<Packed> {
  if (!old.isSparse(packing.generation, packing.pressed)) {
    for (const [index, { page, base }] of old.pages.entries()) {
      if (packing.slicer.due) await packing.slicer.rest();
      const numbers = page.size * strideOf(page.layout);
      const moved = packing.place(numbers);
      packing.to.set(packing.from.subarray(base, base + numbers), moved);
      old.pages[index] = { page, base: moved };
    }
    return { dictionary: old, slots: undefined };
  }
  const dictionary = new Dictionary();
  const slots = new Int32Array(old.pages.length << ORDER_SHIFT).fill(-1);
  const texts = old.pages.map(({ page }) => readPage(page));
  for (const { layout, members } of groupSurvivors(old, order, packing.generation)) {
    for (let from = 0; from < members.length; from += PAGE_SERIES) {
      if (packing.slicer.due) await packing.slicer.rest();
      const some = members.slice(from, from + PAGE_SERIES);
      const textsOfSome = some.map((slot) => textOf(texts, slot));
      const stride = strideOf(layout);
      const base = packing.place(some.length * stride);
      const page = writePage(packing.nextPageId(), layout, textsOfSome);
      const first = dictionary.addPage({ page, base }) << ORDER_SHIFT;
      for (const [index, slot] of some.entries()) {
        slots[slot] = first + index;
        dictionary.slots.set(textsOfSome[index] as string, first + index);
        const since = old.absent.get(slot);
        if (since !== undefined) dictionary.absent.set(first + index, since);
        copyNumbers(packing, old.offsetOf(slot), base + index * stride, stride);
      }
    }
  }
  dictionary.markPacked();
  return { dictionary, slots };
}

function copyNumbers({ from, to }: Packing, source: number, target: number, count: number): void {
  for (let i = 0; i < count; i++) to[target + i] = from[source + i] as number;
}

function textOf(texts: readonly (readonly string[])[], slot: number): string {
  return texts[slot >> ORDER_SHIFT]?.[slot & (PAGE_SERIES - 1)] as string;
}

/** Present series in their order, then those that may come back; one group for each layout. */
function groupSurvivors(
  old: Dictionary,
  order: Int32Array | undefined,
  generation: number,
): Iterable<{ readonly layout: Layout; readonly members: number[] }> {
  const groups = new Map<Layout, { layout: Layout; members: number[] }>();
  const byPage = old.pages.map(({ page: { layout } }) => {
    let group = groups.get(layout);
    if (group === undefined) groups.set(layout, (group = { layout, members: [] }));
    return group.members;
  });
  const keep = (slot: number): void => void byPage[slot >> ORDER_SHIFT]?.push(slot);
  if (order !== undefined) order.forEach(keep);
  else {
    for (const [index, { page }] of old.pages.entries()) {
      for (let i = 0; i < page.size; i++) keep((index << ORDER_SHIFT) + i);
    }
  }
  for (const slot of old.absent.keys()) {
    if (!old.isDead(slot, generation)) keep(slot);
  }
  return groups.values();
}
