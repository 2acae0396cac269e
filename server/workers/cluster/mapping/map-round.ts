/** Maps the series of an app's runs to the app's series, to which new ones are added, and notes which no run has any more. */
import type { ClusterState } from '../../../protocol/state';
import type { RunSnapshot } from '../../../protocol/run';
import { START, type Family, type Layout, type ScopeFamilies } from '../../../../core/snapshot';
import { pagesOf } from '../../../../core/series';
import { mergeOf, type GaugeRules } from '../gauges/rules';
import { grown } from '../series/column-memory';
import type { AppFamily } from '../series/families/app-family';
import type { AppSeries } from '../series/app-series';
import { keyedFamilies } from '../series/families/families';
import { clusterLayout, hasRoomFor, larger } from '../series/families/layouts';
import type { LiveRun, MergedFamily, MergedPage } from '../series/live-run';
import type { AppTask, FirstMapping } from './mapped-round';
import { markGone } from './mark-gone';
import type { PageMappings } from './page-mappings';
import { groupByScope } from '../series/pages';
import { presentPages } from '../series/present-pages';

export function mapRound({ round, rules }: AppTask, before: ClusterState, mappings: PageMappings): FirstMapping {
  const { appSeries } = mappings;
  // A task that was lost may have used ids which no state has: they must not be used again.
  appSeries.nextPageId = Math.max(appSeries.nextPageId, Date.now());
  const tooSmall = new Map<string, Layout>();
  const omitted = new Set<AppFamily>();
  const live = round.live.map((one) => mapRun(one, mappings, rules, { tooSmall, omitted }));
  forgetUnusedPages(mappings, before, round.live);
  const seen = new Int32Array(appSeries.count);
  const repeated = markLive(live, seen);
  markSilent(round.silent, before, appSeries, seen);
  return { state: nextState(before, appSeries, seen), mappings, live, seen, repeated, omitted, tooSmall };
}

/** The state with the series that have been added, and with those that have gone. */
function nextState(before: ClusterState, appSeries: AppSeries, seen: Int32Array): ClusterState {
  const { carried } = before;
  const round = before.round + 1;
  return {
    ...before,
    scopes: appSeries.scopes(),
    nextPageId: appSeries.nextPageId,
    carried:
      appSeries.numbers === carried.length
        ? carried
        : grown(carried, appSeries.numbers, appSeries.offsets.subarray(0, appSeries.count)),
    gone: markGone(before.gone, seen, round),
    round,
  };
}

/** What is found out while runs are mapped. */
interface Found {
  /** Families whose bucket capacity a run exceeds. */
  readonly tooSmall: Map<string, Layout>;
  readonly omitted: Set<AppFamily>;
}

function mapRun(
  { run, snapshot, isLeaving }: RunSnapshot,
  mappings: PageMappings,
  rules: GaugeRules,
  { tooSmall, omitted }: Found,
): LiveRun {
  const families: MergedFamily[] = [];
  const own: { scope: ScopeFamilies['scope']; family: Family }[] = [];
  for (const one of keyedFamilies(snapshot.scopes)) {
    const { key, scope, family } = one;
    const merge = mergeOf(family, rules);
    if (merge === 'instance') {
      own.push({ scope, family });
      continue;
    }
    if (merge === 'omit') {
      const known = mappings.appSeries.families.get(key);
      if (known !== undefined) omitted.add(known);
      continue;
    }
    const into = mappings.appSeries.familyFor(one);
    if (isLater(family.endTime, into.endTime)) into.endTime = family.endTime;
    const present = presentPages(family);
    const found = mappings.map(snapshot.incarnation, into, present);
    for (const { page } of present) {
      const { layout } = into.seriesFor(page.layout);
      if (hasRoomFor(layout, page.layout)) continue;
      tooSmall.set(key, larger(tooSmall.get(key) ?? layout, clusterLayout(page.layout)));
    }
    families.push({ family, into, merge, pages: present.map((page, p) => ({ ...page, mapping: found[p]! })) });
  }
  return { run, snapshot, isLeaving, families, own: groupByScope(own) };
}

function isLater(a: Family['endTime'], b: Family['endTime']): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

function forgetUnusedPages(mappings: PageMappings, { runs }: ClusterState, live: readonly RunSnapshot[]): void {
  const inUse = new Map<string, Set<number>>();
  for (const { snapshot } of live) inUse.set(snapshot.incarnation, new Set([...pagesOf(snapshot)].map(({ id }) => id)));
  mappings.forget(new Set([...inUse.keys(), ...runs.map(({ incarnation }) => incarnation)]), inUse);
}

/**
 * Marks the series of the runs that have answered.
 *
 * @returns names of metrics which have several data points of one series in one run
 */
function markLive(live: readonly LiveRun[], seen: Int32Array): Set<string> {
  const repeated = new Set<string>();
  for (const [i, { families, isLeaving }] of live.entries()) {
    for (const { family, merge, pages } of families) {
      if (isLeaving && merge !== 'add') continue; // Its gauges are not shown.
      for (const page of pages) if (markPage(page, seen, i + 1) > 0) repeated.add(family.descriptor.name);
    }
  }
  return repeated;
}

/** @returns how many of the series were marked with that run already */
function markPage({ count, indices, mapping }: MergedPage, seen: Int32Array, run: number): number {
  const { serials } = mapping;
  let repeated = 0;
  for (let k = 0; k < count; k++) {
    const serial = serials[indices === undefined ? k : indices[k]!]!;
    if (seen[serial] === run) repeated++;
    seen[serial] = run;
  }
  return repeated;
}

/** Marks the series of the runs that live but have not answered: what they had last, without what had gone before. */
function markSilent(
  silent: readonly string[],
  { runs, gone }: ClusterState,
  { count, offsets }: AppSeries,
  seen: Int32Array,
): void {
  for (const { last } of runs.filter(({ key }) => silent.includes(key))) {
    for (let serial = 0; serial < count; serial++) {
      const offset = offsets[serial]!;
      if (gone[serial] === 0 && offset < last.length && !Number.isNaN(last[offset + START])) seen[serial] = -1;
    }
  }
}
