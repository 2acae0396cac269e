/**
 * All series of an app, and where their numbers stand in the columns of its sums. A series has a serial number: they count
 * from 0 in the order in which series were added, which is that of the pages' bases too.
 *
 * All of it can be derived from a {@link ClusterState}. Pages are only ever added.
 */
import type { ExtraLabels } from '../../../protocol/labels';
import type { ClusterState } from '../../../protocol/state';
import { textsOf } from '../../../../core/page-texts';
import { PAGE_SERIES, strideOf, type Page, type PlacedPage, type ScopeFamilies } from '../../../../core/snapshot';
import { AppFamily, type LayoutSeries } from './families/app-family';
import { canonical } from './attribute-texts';
import { keyedFamilies, type KeyedFamily } from './families/families';
import { groupByScope, makePage } from './pages';
import type { PresentPage } from './present-pages';
import { Twins } from './families/twins';

/** For an instance's page: which series of the app its series are. By index on the page. */
export interface PageMapping {
  /** Indices of the series' first numbers in the columns of the app's sums. */
  readonly offsets: Int32Array;
  /** Serial numbers; {@link NO_SERIES} for a series that has never been present since the page is known. */
  readonly serials: Int32Array;
  /** Whether every series of the page has a serial number. */
  readonly isComplete: boolean;
}

/** A series that is on a page because it was present once, before the app was followed, is no series of the app yet. */
export const NO_SERIES = -(2 ** 31);

/** New series of one layout, which have no serial numbers yet. */
interface NewSeries {
  readonly texts: string[];
  /** Keys that stand in {@link LayoutSeries.serials} for them, each with `-1 - index` in `texts` as its number. */
  readonly keys: string[];
}

export class AppSeries {
  readonly families = new Map<string, AppFamily>();
  readonly twins = new Twins();
  /** By serial number: index of the series' first number. Longer than there are series. */
  offsets = new Int32Array(1024);
  /** How many series there are. */
  count = 0;
  /** Length of a column: how many numbers all series have together. */
  numbers = 0;
  nextPageId = 0;
  /** Of all families, in ascending order of their bases. */
  private readonly pages: PlacedPage[] = [];
  private readonly incarnation: string;

  /** @param extra labels that all series of the app get */
  constructor(
    state: ClusterState,
    private readonly extra: ExtraLabels,
  ) {
    this.incarnation = state.incarnation;
    this.catchUp(state);
  }

  /** Adds what another thread has added. @returns false if the state has other pages: then make a new object from it */
  catchUp(state: ClusterState): boolean {
    if (state.incarnation !== this.incarnation) return false;
    const keyed = [...keyedFamilies(state.scopes)];
    const placed = keyed.flatMap((one) => one.family.pages.map((page) => ({ one, page })));
    placed.sort((a, b) => a.page.base - b.page.base);
    const isContinued = this.pages.every(
      ({ page, base }, i) => placed[i]?.page.page.id === page.id && placed[i]?.page.base === base,
    );
    if (!isContinued) return false;
    for (const one of keyed) this.familyFor(one).endTime = one.family.endTime;
    for (const { one, page } of placed.slice(this.pages.length)) this.addKnownPage(this.familyFor(one), page.page);
    this.nextPageId = Math.max(this.nextPageId, state.nextPageId);
    return true;
  }

  /** The app's family of that key, made of an instance's if there is none. */
  familyFor({ key, scope, family }: KeyedFamily): AppFamily {
    let found = this.families.get(key);
    if (found === undefined) {
      const { pages: _pages, order: _order, exemplars: _exemplars, aggregator: _rule, endTime, ...about } = family;
      found = new AppFamily(scope, { ...about, aggregationTemporality: 1 }, endTime, this.extra);
      this.families.set(key, found);
    }
    return found;
  }

  scopes(): ScopeFamilies[] {
    return groupByScope([...this.families.values()].map((one) => ({ scope: one.scope, family: one.toFamily() })));
  }

  /** Finds the series of an instance's pages, and adds those that are new. */
  map(family: AppFamily, pages: readonly PresentPage[]): PageMapping[] {
    const added = new Map<LayoutSeries, NewSeries>();
    const found = pages.map((one) => {
      const series = family.seriesFor(one.page.layout);
      return { series, serials: findSerials(series, one, added) };
    });
    for (const [series, { texts, keys }] of added) {
      const first = this.count;
      for (let i = 0; i < texts.length; i += PAGE_SERIES) {
        this.append(family, makePage(this.nextPageId++, series.layout, texts.slice(i, i + PAGE_SERIES)));
      }
      const final = (serial: number): number => (serial < 0 && serial !== NO_SERIES ? first - 1 - serial : serial);
      for (const key of keys) series.serials.set(key, final(series.serials.get(key) as number));
      for (const one of found) {
        if (one.series === series) one.serials.forEach((serial, i, all) => (all[i] = final(serial)));
      }
    }
    return found.map(({ serials }) => ({
      serials,
      offsets: serials.map((serial) => this.offsets[serial] ?? NO_SERIES),
      isComplete: !serials.includes(NO_SERIES),
    }));
  }

  /** Adds a page that a state has. */
  private addKnownPage(family: AppFamily, page: Page): void {
    const { serials } = family.seriesOf(page.layout);
    textsOf(page).forEach((text, i) => {
      serials.set(canonical(text), this.count + i);
      serials.set(text, this.count + i);
    });
    this.append(family, page);
  }

  private append(family: AppFamily, page: Page): void {
    const placed = { page, base: this.numbers };
    const stride = strideOf(page.layout);
    this.reserve(this.count + page.size);
    family.firsts.push(this.count);
    for (let i = 0; i < page.size; i++) this.offsets[this.count++] = this.numbers + i * stride;
    this.numbers += page.size * stride;
    family.pages.push(placed);
    this.pages.push(placed);
    this.twins.add({ ...placed, family, first: this.count - page.size });
  }

  private reserve(count: number): void {
    if (count <= this.offsets.length) return;
    const larger = new Int32Array(2 * count);
    larger.set(this.offsets);
    this.offsets = larger;
  }
}

/** @returns serial numbers by index on the page: provisional, negative ones for new series, which are added to `added` */
function findSerials(
  series: LayoutSeries,
  { page, indices }: PresentPage,
  added: Map<LayoutSeries, NewSeries>,
): Int32Array {
  const { serials } = series;
  const present = indices && new Set(indices);
  const found = new Int32Array(page.size);
  for (const [i, text] of textsOf(page).entries()) {
    let serial = serials.get(text);
    if (serial === undefined) {
      let fresh = added.get(series);
      if (fresh === undefined) added.set(series, (fresh = { texts: [], keys: [] }));
      const sorted = canonical(text);
      serial = serials.get(sorted);
      if (serial === undefined && present?.has(i) === false) {
        found[i] = NO_SERIES;
        continue;
      }
      serial ??= -fresh.texts.push(text);
      for (const key of new Set([text, sorted])) {
        if (serials.has(key)) continue;
        serials.set(key, serial);
        if (serial < 0) fresh.keys.push(key);
      }
    }
    found[i] = serial;
  }
  return found;
}
