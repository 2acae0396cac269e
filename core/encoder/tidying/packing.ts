/**
 * Packs the families anew: fresh offsets in the columns, and fresh pages without the dead series where these are worth the
 * work.
 */
import { ORDER_SHIFT, PAGE_SERIES, strideOf, type Layout, type PlacedPage } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { Columns } from '../columns/columns';
import type { AnyFamily } from '../any-family';
import { FamilySeries } from '../series/family-series';
import type { PageSupply } from '../series/page-supply';
import type { SeriesTexts } from '../series/series-texts';

interface Packing {
  readonly generation: number;
  readonly columns: Columns;
  readonly supply: PageSupply;
  /** For the text of one series after the other. */
  readonly text: SeriesTexts;
  /** A series that has been absent for this many snapshots is dead. */
  readonly retention: number;
  /** Packing a family is worth it with at least so many dead series, which are at least this share of all. */
  readonly worth: { readonly series: number; readonly share: number };
}

/** Below this many pages a family does not have too many. */
const FEW_PAGES = 16;

/** Series that are moved in one step. */
const STEP_SERIES = 64;

/** @param numbers how many numbers all families have */
export function* packFamilies(families: Iterable<AnyFamily>, numbers: number, packing: Packing): Sliced {
  packing.columns.prepare(numbers);
  for (const family of families) {
    if (yield* isSparse(family.series, packing)) yield* packWithoutDead(family, packing);
    else yield* movePages(family, packing);
  }
  packing.columns.replaceAll();
}

/** Whether so many series are dead that packing is worth it, or all stand on many more pages than they need. */
export function* isSparse(
  series: FamilySeries,
  { generation, retention, worth }: Pick<Packing, 'generation' | 'retention' | 'worth'>,
): Sliced<boolean> {
  const { pages, absent, size, packedPages } = series;
  const needed = (size >> ORDER_SHIFT) + 1;
  if (pages.length > Math.max(FEW_PAGES, 4 * needed, 2 * packedPages)) return true;
  const least = Math.max(worth.series, size * worth.share);
  if (absent.count < least) return false;
  let dead = 0;
  for (let p = 0; p < pages.length; p++) {
    yield;
    const first = p << ORDER_SHIFT;
    const end = first + (pages[p] as PlacedPage).page.size;
    for (let slot = first; slot < end; slot++) if (series.isDead(slot, generation, retention)) dead++;
  }
  return dead >= least;
}

/** Keeps the pages as they are: a receiver that has them need not ask for them again. */
function* movePages(family: AnyFamily, { columns, generation }: Packing): Sliced {
  const { series } = family;
  for (const [index, { page, base }] of series.pages.entries()) {
    yield;
    columns.copyToPrepared(base, series.movePage(index), page.size * strideOf(page.layout));
  }
  yield* family.pagesMoved(generation);
}

function* packWithoutDead(family: AnyFamily, packing: Packing): Sliced {
  const { series: old, order } = family;
  const { text, columns, supply, generation, retention } = packing;
  const series = new FamilySeries(supply, old.unordered);
  /** New slot by old slot. */
  const slots = new Int32Array(old.pages.length << ORDER_SHIFT).fill(-1);
  for (const { layout, members } of yield* groupSurvivors(old, order, generation, retention)) {
    const stride = strideOf(layout);
    for (const [index, slot] of members.entries()) {
      if (index % STEP_SERIES === 0) yield;
      if (!old.index.isInUse(slot)) continue;
      old.texts.read(slot, text);
      const moved = series.openPage(layout, members.length - index).addText(text);
      slots[slot] = moved;
      if (old.absent.has(slot)) series.absent.add(moved, old.absent.sinceOf(slot));
      columns.copyToPrepared(old.offsetOf(slot), series.offsetOf(moved), stride);
    }
  }
  series.sealAll();
  series.packedPages = series.pages.length;
  yield* family.packed(series, slots, generation);
}

interface Group {
  readonly layout: Layout;
  /** Slots. */
  readonly members: number[];
}

/** Present series in their order, then those that may come back; one group for each layout. */
function* groupSurvivors(
  series: FamilySeries,
  order: Int32Array | undefined,
  generation: number,
  retention: number,
): Sliced<Iterable<Group>> {
  const { pages, absent } = series;
  const groups = new Map<Layout, Group>();
  const byPage = pages.map(({ page: { layout } }) => {
    let group = groups.get(layout);
    if (group === undefined) groups.set(layout, (group = { layout, members: [] }));
    return group.members;
  });
  const keep = (slot: number): void => void byPage[slot >> ORDER_SHIFT]?.push(slot);
  for (let from = 0; order !== undefined && from < order.length; from += PAGE_SERIES) {
    yield;
    order.subarray(from, from + PAGE_SERIES).forEach(keep);
  }
  for (const [index, { page }] of pages.entries()) {
    yield;
    for (let i = 0; i < page.size; i++) {
      const slot = (index << ORDER_SHIFT) + i;
      if (absent.has(slot) ? !series.isDead(slot, generation, retention) : order === undefined) keep(slot);
    }
  }
  return groups.values();
}
