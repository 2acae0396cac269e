/**
 * Brings histograms into a form that Prometheus takes: bounds that ascend, each once, and one bucket more than bounds. A
 * bucket counts in the one that holds its upper bound. A page that is listed twice gets another id the second time, since
 * what is kept of a page is kept by its id.
 */
import {
  HISTOGRAM_BUCKETS,
  MIN,
  ORDER_SHIFT,
  strideOf,
  type Family,
  type HistogramLayout,
  type Page,
  type PlacedPage,
  type Snapshot,
} from '../../../core/snapshot';
import { packExemplars, unpackExemplars } from '../../../core/exemplars';
import { addSeries, bucketOf } from './add-series';

/** @returns the snapshot itself if all of it is regular */
export function regular(snapshot: Snapshot): Snapshot {
  const uses = new Map<number, number>();
  let numbers = snapshot.values.length;
  const odd: { readonly from: PlacedPage; readonly to: PlacedPage; readonly layout: HistogramLayout }[] = [];
  const scopes = snapshot.scopes.map((one) => {
    const families = one.families.map((family) => {
      const pages = family.pages.map((placed) => {
        const page = asUsed(placed.page, uses);
        const { layout } = page;
        if (layout.kind !== 'histogram' || isRegular(layout))
          return page === placed.page ? placed : { ...placed, page };
        const to = { page: { ...page, layout: regularLayout(layout) }, base: numbers };
        numbers += page.size * strideOf(to.page.layout);
        odd.push({ from: placed, to, layout: to.page.layout });
        return to;
      });
      if (pages.every((placed, p) => placed === family.pages[p])) return family;
      return { ...family, pages, exemplars: inBuckets(family.exemplars, pages) };
    });
    return families.every((family, f) => family === one.families[f]) ? one : { ...one, families };
  });
  if (scopes.every((one, s) => one === snapshot.scopes[s])) return snapshot;
  if (odd.length === 0) return { ...snapshot, scopes };
  const values = new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT));
  values.set(snapshot.values);
  for (const { from, to, layout } of odd) copyRegular(values, from, to, layout);
  return { ...snapshot, scopes, values, previous: undefined };
}

/** Ids are whole numbers: the second use of a page gets one between two of them. */
function asUsed(page: Page, uses: Map<number, number>): Page {
  const use = uses.get(page.id) ?? 0;
  uses.set(page.id, use + 1);
  return use === 0 ? page : { ...page, id: page.id + use / (use + 1) };
}

/** The exemplars in the buckets that they have now. */
function inBuckets(exemplars: Family['exemplars'], pages: readonly PlacedPage[]): Family['exemplars'] {
  const moved = unpackExemplars(exemplars).map((one) => {
    const layout = pages[one.slot >> ORDER_SHIFT]?.page.layout;
    return layout?.kind === 'histogram' ? { ...one, bucket: bucketOf(one.value, layout) } : one;
  });
  return packExemplars(moved);
}

function isRegular({ bounds, buckets }: HistogramLayout): boolean {
  for (let i = 0; i < bounds.length; i++) {
    if (!(bounds[i]! > (bounds[i - 1] ?? -Infinity))) return false;
  }
  return buckets === bounds.length + (bounds.at(-1) === Infinity ? 0 : 1);
}

function regularLayout({ bounds, ...layout }: HistogramLayout): HistogramLayout {
  const finite = bounds.filter(Number.isFinite).map((bound) => (bound === 0 ? 0 : bound));
  const ascending = [...new Set(finite)].sort((a, b) => a - b);
  return { ...layout, bounds: ascending, buckets: ascending.length + 1 };
}

function copyRegular(values: Float64Array, from: PlacedPage, to: PlacedPage, layout: HistogramLayout): void {
  const [before, after] = [strideOf(from.page.layout), strideOf(layout)];
  for (let i = 0; i < from.page.size; i++) {
    const [source, target] = [from.base + i * before, to.base + i * after];
    values.copyWithin(target, source, source + 1);
    values.copyWithin(target + MIN, source + MIN, source + HISTOGRAM_BUCKETS);
    addSeries({ values, at: target, layout }, { values, at: source, layout: from.page.layout });
  }
}
