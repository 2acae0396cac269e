/** Packs a family anew: fresh places in the columns, and fresh pages without the dead where those are the most. */
import { ORDER_SHIFT, PAGE_SERIES, strideOf, type Layout } from '../../snapshot';
import { Dictionary, type PageSpace } from '../series/dictionary';
import type { SeriesTexts } from '../series/series-texts';
import type { Slicer } from '../../slicer';

export interface Packing extends PageSpace {
  readonly generation: number;
  readonly slicer: Slicer;
  /** For the text of one series after the other. */
  readonly text: SeriesTexts;
  /** Whether the series limit leaves no room. */
  readonly pressed: boolean;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

export interface Packed {
  readonly dictionary: Dictionary;
  /** New slot by old slot; `undefined` where slots stay what they were. */
  readonly slots: Int32Array | undefined;
}

/** Series per look at the clock. */
const CHUNK = 64;

export async function packFamily(old: Dictionary, order: Int32Array | undefined, packing: Packing): Promise<Packed> {
  if (await old.isSparse(packing.generation, packing.pressed, packing.slicer))
    return withoutTheDead(old, order, packing);
  for (const [index, { page, base }] of old.pages.entries()) {
    if (packing.slicer.due) await packing.slicer.rest();
    const numbers = page.size * strideOf(page.layout);
    const moved = packing.place(numbers);
    packing.to.set(packing.from.subarray(base, base + numbers), moved);
    old.movePage(index, moved);
  }
  return { dictionary: old, slots: undefined };
}

async function withoutTheDead(old: Dictionary, order: Int32Array | undefined, packing: Packing): Promise<Packed> {
  const { text, slicer } = packing;
  const dictionary = new Dictionary();
  const slots = new Int32Array(old.pages.length << ORDER_SHIFT).fill(-1);
  for (const { layout, members } of await groupSurvivors(old, order, packing)) {
    const stride = strideOf(layout);
    const shape = { fits: (other: Layout) => other === layout, layout: () => layout };
    for (const [index, slot] of members.entries()) {
      if (index % CHUNK === 0 && slicer.due) await slicer.rest();
      if (!old.isInUse(slot)) continue;
      old.readText(slot, text);
      const moved = dictionary.addText(text, shape, members.length - index, packing);
      slots[slot] = moved;
      if (old.absent.has(slot)) dictionary.absent.add(moved, old.absent.sinceOf(slot));
      copyNumbers(packing, old.offsetOf(slot), dictionary.offsetOf(moved), stride);
    }
  }
  dictionary.sealAll(packing);
  dictionary.markPacked();
  return { dictionary, slots };
}

function copyNumbers({ from, to }: Packing, source: number, target: number, count: number): void {
  for (let i = 0; i < count; i++) to[target + i] = from[source + i] as number;
}

/** Present series in their order, then those that may come back; one group for each layout. */
async function groupSurvivors(
  old: Dictionary,
  order: Int32Array | undefined,
  { generation, slicer }: Packing,
): Promise<Iterable<{ readonly layout: Layout; readonly members: readonly number[] }>> {
  const groups = new Map<Layout, { layout: Layout; members: number[] }>();
  const byPage = old.pages.map(({ page: { layout } }) => {
    let group = groups.get(layout);
    if (group === undefined) groups.set(layout, (group = { layout, members: [] }));
    return group.members;
  });
  const keep = (slot: number): void => void byPage[slot >> ORDER_SHIFT]?.push(slot);
  for (let from = 0; order !== undefined && from < order.length; from += PAGE_SERIES) {
    if (slicer.due) await slicer.rest();
    order.subarray(from, from + PAGE_SERIES).forEach(keep);
  }
  for (const [index, { page }] of old.pages.entries()) {
    if (slicer.due) await slicer.rest();
    for (let i = 0; i < page.size; i++) {
      const slot = (index << ORDER_SHIFT) + i;
      if (old.absent.has(slot) ? !old.isDead(slot, generation) : order === undefined) keep(slot);
    }
  }
  return groups.values();
}
