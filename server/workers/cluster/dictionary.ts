/**
 * The cluster's dictionary of one app while it is worked with: where the numbers of a series stand. All of it can be made
 * again from a {@link ClusterState}; pages are only added.
 *
 * Series are numbered in the order of the pages' places, which is that of their making.
 */
import type { ClusterState } from '../../protocol/tasks';
import type { HrTime, Scope } from '../../../core/otel';
import { textsOf } from '../../../core/page-texts';
import {
  ORDER_MASK,
  ORDER_SHIFT,
  PAGE_SERIES,
  strideOf,
  type Family,
  type Layout,
  type Page,
  type PlacedPage,
  type ScopeFamilies,
} from '../../../core/snapshot';
import { isAdded, keyedFamilies, scopeKey, type KeyedFamily } from './families';
import { boundsLabel, clusterLayout, layoutKey } from './layouts';
import { canonical, withBounds } from './texts';

/** By index in an instance's page: where the cluster's numbers of the series stand, and which series it is. */
export interface Places {
  readonly offsets: Int32Array;
  /** {@link NO_SERIES} for those that have not been there yet. */
  readonly serials: Int32Array;
  /** Whether all have a place. */
  readonly isComplete: boolean;
}

/** A series that is on an instance's page only because it was there once is none of the cluster's. */
export const NO_SERIES = -(2 ** 31);

/** A page of an instance's family that has series present. */
export interface PresentPage {
  readonly page: Page;
  /** Index of the page's first number in the snapshot. */
  readonly base: number;
  readonly count: number;
  /** Which series of the page are present, as many as `count`; the first ones, that is all, if not told. */
  readonly indices: Int32Array | undefined;
}

export function presentPages({ pages, order }: Family): PresentPage[] {
  if (order === undefined) return pages.map(({ page, base }) => ({ page, base, count: page.size, indices: undefined }));
  const counts = new Int32Array(pages.length);
  for (const entry of order) counts[entry >> ORDER_SHIFT]!++;
  const indices = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (const entry of order) {
    const p = entry >> ORDER_SHIFT;
    indices[p]![counts[p]!++] = entry & ORDER_MASK;
  }
  const all = pages.map(({ page, base }, p) => ({ page, base, count: counts[p]!, indices: indices[p]! }));
  return all.filter(({ count }) => count > 0);
}

/** Series of one layout by their texts, in any order of the attributes that has come. */
interface LayoutSeries {
  readonly layout: Layout;
  /** Value of the label that tells them from those of the first layout, `undefined` if they are these. */
  readonly bounds: string | undefined;
  readonly serials: Map<string, number>;
}

/** Texts of one layout that have no place yet. */
interface Fresh {
  readonly texts: string[];
  /** Everything that stands in the index for them: `-1 - index` in `texts`. */
  readonly keys: string[];
}

export class DictionaryFamily {
  readonly pages: PlacedPage[] = [];
  /** By page: number of its first series. */
  readonly firsts: number[] = [];
  readonly layouts = new Map<string, LayoutSeries>();
  /** Whether its numbers only grow. */
  readonly isAdded: boolean;
  endTime: HrTime;

  constructor(
    readonly scope: Scope,
    readonly about: Omit<Family, 'pages' | 'order' | 'endTime'>,
    endTime: HrTime,
  ) {
    this.isAdded = isAdded(about.dataPointType, about.isMonotonic);
    this.endTime = endTime;
  }

  layoutFor(layout: Layout): LayoutSeries {
    const key = layoutKey(layout);
    let series = this.layouts.get(key);
    if (series === undefined) {
      const bounds = this.layouts.size === 0 ? undefined : boundsLabel(layout);
      series = { layout: clusterLayout(layout), bounds, serials: new Map() };
      this.layouts.set(key, series);
    }
    return series;
  }

  toFamily(order?: Int32Array): Family {
    // A copy: pages are added to the list.
    return { ...this.about, endTime: this.endTime, pages: [...this.pages], order };
  }
}

export class Dictionary {
  readonly families = new Map<string, DictionaryFamily>();
  /** By series: index of its first number. */
  offsets = new Int32Array(1024);
  series = 0;
  numbers = 0;
  nextPageId = 0;
  /** In the order of their places. */
  private readonly pages: PlacedPage[] = [];
  private incarnation: string;

  constructor(state: ClusterState) {
    this.incarnation = state.incarnation;
    this.catchUp(state);
  }

  /** Takes in what another thread has added. @returns whether this is possible: if not, a new one has to be made */
  catchUp(state: ClusterState): boolean {
    if (state.incarnation !== this.incarnation) return false;
    const keyed = [...keyedFamilies(state.scopes)];
    const placed = keyed.flatMap((one) => one.family.pages.map((page) => ({ one, page })));
    placed.sort((a, b) => a.page.base - b.page.base);
    const isSame = this.pages.every(
      ({ page, base }, i) => placed[i]?.page.page.id === page.id && placed[i]?.page.base === base,
    );
    if (!isSame) return false;
    for (const one of keyed) this.familyFor(one).endTime = one.family.endTime;
    for (const { one, page } of placed.slice(this.pages.length)) {
      this.takeIn(this.familyFor(one), page.page, textsOf(page.page));
    }
    this.nextPageId = Math.max(this.nextPageId, state.nextPageId);
    return true;
  }

  familyFor({ key, scope, family }: KeyedFamily): DictionaryFamily {
    let found = this.families.get(key);
    if (found === undefined) {
      const { pages: _pages, order: _order, endTime, ...about } = family;
      found = new DictionaryFamily(scope, { ...about, aggregationTemporality: 1 }, endTime);
      this.families.set(key, found);
    }
    return found;
  }

  scopes(): ScopeFamilies[] {
    return groupByScope([...this.families.values()].map((one) => ({ scope: one.scope, family: one.toFamily() })));
  }

  /** Finds the series of an instance's pages, and adds those that are new. */
  resolve(family: DictionaryFamily, pages: readonly PresentPage[]): Places[] {
    const fresh = new Map<LayoutSeries, Fresh>();
    const found = pages.map((one) => {
      const series = family.layoutFor(one.page.layout);
      return { series, serials: find(series, one, fresh) };
    });
    for (const [series, { texts, keys }] of fresh) {
      const first = this.series;
      for (let i = 0; i < texts.length; i += PAGE_SERIES) {
        const some = texts.slice(i, i + PAGE_SERIES);
        this.append(family, makePage(this.nextPageId++, series.layout, some));
      }
      const settled = (serial: number): number => (serial < 0 && serial !== NO_SERIES ? first - 1 - serial : serial);
      for (const key of keys) series.serials.set(key, settled(series.serials.get(key) as number));
      for (const one of found)
        if (one.series === series) one.serials.forEach((serial, i, all) => (all[i] = settled(serial)));
    }
    return found.map(({ serials }) => ({
      serials,
      offsets: serials.map((serial) => this.offsets[serial] ?? NO_SERIES),
      isComplete: !serials.includes(NO_SERIES),
    }));
  }

  /** A page that has been made already. */
  private takeIn(family: DictionaryFamily, page: Page, texts: readonly string[]): void {
    const key = layoutKey(page.layout);
    let series = family.layouts.get(key);
    if (series === undefined) {
      const bounds = family.layouts.size === 0 ? undefined : boundsLabel(page.layout);
      series = { layout: page.layout, bounds, serials: new Map() };
      family.layouts.set(key, series);
    }
    texts.forEach((text, i) => {
      series.serials.set(canonical(text), this.series + i);
      series.serials.set(text, this.series + i);
    });
    this.append(family, page);
  }

  private append(family: DictionaryFamily, page: Page): void {
    const placed = { page, base: this.numbers };
    const stride = strideOf(page.layout);
    this.reserve(this.series + page.size);
    family.firsts.push(this.series);
    for (let i = 0; i < page.size; i++) this.offsets[this.series++] = this.numbers + i * stride;
    this.numbers += page.size * stride;
    family.pages.push(placed);
    this.pages.push(placed);
  }

  private reserve(series: number): void {
    if (series <= this.offsets.length) return;
    const larger = new Int32Array(2 * series);
    larger.set(this.offsets);
    this.offsets = larger;
  }
}

/** @returns numbers of series, negative ones for those that are fresh */
function find(series: LayoutSeries, { page, indices }: PresentPage, allFresh: Map<LayoutSeries, Fresh>): Int32Array {
  const { serials, bounds } = series;
  const present = indices && new Set(indices);
  const found = new Int32Array(page.size);
  for (const [i, raw] of textsOf(page).entries()) {
    const text = bounds === undefined ? raw : withBounds(raw, bounds);
    let serial = serials.get(text);
    if (serial === undefined) {
      let fresh = allFresh.get(series);
      if (fresh === undefined) allFresh.set(series, (fresh = { texts: [], keys: [] }));
      const same = canonical(text);
      serial = serials.get(same);
      if (serial === undefined && present?.has(i) === false) {
        found[i] = NO_SERIES;
        continue;
      }
      serial ??= -fresh.texts.push(text);
      for (const key of new Set([text, same])) {
        if (serials.has(key)) continue;
        serials.set(key, serial);
        if (serial < 0) fresh.keys.push(key);
      }
    }
    found[i] = serial;
  }
  return found;
}

export function makePage(id: number, layout: Layout, texts: readonly string[]): Page {
  const bytes = Buffer.from(`${texts.join('\n')}\n`);
  const attributes = new Uint8Array(new SharedArrayBuffer(bytes.length));
  attributes.set(bytes);
  return { id, layout, size: texts.length, attributes };
}

/** Scopes in the order of their first family. */
export function groupByScope(all: readonly { readonly scope: Scope; readonly family: Family }[]): ScopeFamilies[] {
  const groups = new Map<string, { scope: Scope; families: Family[] }>();
  for (const { scope, family } of all) {
    const key = scopeKey(scope);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { scope, families: [family] });
    else group.families.push(family);
  }
  return [...groups.values()];
}
