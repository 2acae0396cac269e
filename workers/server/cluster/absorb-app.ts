/** One round of one app. */
import type { AbsorbTask, AppRound, ClusterState, Part, RunNumbers, RunSnapshot } from '../../../protocol/cluster';
import { START, type Family, type Layout, type ScopeFamilies, type Snapshot } from '../../../protocol/snapshot';
import { pagesOf, seriesCount } from '../../series';
import { Book } from './book';
import { groupByScope, presentPages, type Dictionary, type DictionaryFamily } from './dictionary';
import { markGone, planDropping } from './ended';
import { isAdded, keyedFamilies, mergeOf } from './families';
import { Gauges } from './gauges';
import { boundsLabel, hasRoomFor, larger, clusterLayout } from './layouts';
import { Claims, type LiveRun, type MergedFamily, type MergedPage } from './live-run';
import { Carried, grown, shared, Spare } from './numbers';
import { repack } from './repack';
import { commonResource } from './resource';
import type { GaugeRules } from './rules';
import { absorbRun, addAll } from './sums';

export interface AppTask extends Pick<AbsorbTask, 'maxEndedSeries' | 'labels'> {
  readonly round: AppRound;
  readonly state: ClusterState;
  readonly book: Book;
  readonly rules: GaugeRules;
}

export interface AppResult {
  readonly state: ClusterState;
  readonly parts: readonly Part[];
  readonly warnings: readonly string[];
  readonly book: Book;
}

export function absorbApp(task: AppTask): AppResult {
  const { round, labels } = task;
  const warnings: string[] = [];
  const { state, book, live, seen, repeated } = findPlaces(task, warnings);
  const { dictionary } = book;
  const claims = repeated.size === 0 ? undefined : new Claims(dictionary.series);
  const spare = new Spare(round.spare ?? []);
  const carried = new Carried(state.carried);
  const before = new Map(state.runs.map((run) => [run.key, run]));
  const liveKeys = new Set(live.map(({ run }) => run.key));
  const silent = round.silent.filter((key) => !liveKeys.has(key)).flatMap((key) => before.get(key) ?? []);
  const added = [...dictionary.families.values()].filter(isAddedFamily).flatMap(({ pages }) => pages);

  const staying = new Set([...liveKeys, ...round.silent]);
  for (const run of state.runs) if (!staying.has(run.key)) addAll(carried.writable(), run.last, added);
  const answered = live.map((one): RunNumbers => {
    claims?.nextRun();
    const { incarnation, generation } = one.snapshot;
    const run = before.get(one.run.key);
    // The same snapshot again, or a late one.
    if (run?.incarnation === incarnation && generation <= run.generation) return run;
    const former = run?.last ?? NOTHING;
    const copy = spare.take(dictionary.numbers, former.length);
    const last = grown(former, dictionary.numbers, dictionary.offsets.subarray(0, dictionary.series), copy);
    absorbRun(one, last, carried, claims);
    return { key: one.run.key, incarnation, generation, last };
  });
  const runs = [...answered, ...silent];

  const values = shared(dictionary.numbers);
  values.set(carried.values);
  for (const { last } of runs) addAll(values, last, added);
  const gauges = new Gauges(dictionary, values);
  for (const one of live) {
    claims?.nextRun();
    gauges.add(one, claims);
  }

  const resource = live.length === 0 ? state.resource : commonResource(live.map(({ snapshot }) => snapshot.resource));
  const next: ClusterState = { ...state, resource, carried: carried.values, runs };
  const scopes = mergedScopes(dictionary, gauges, seen);
  const parts = [
    ...(live.length === 0 && scopes.length === 0 ? [] : [mergedPart(task, next, live, scopes, values)]),
    ...live.flatMap((one) => ownPart(one, labels)),
  ];
  warnings.push(...bounds(round.app, dictionary));
  for (const name of repeated) {
    warnings.push(`App "${round.app}": "${name}" has the same attributes more than once in an instance, one is taken.`);
  }
  return { state: next, parts, warnings, book };
}

const NOTHING = new Float64Array();

interface Found {
  readonly state: ClusterState;
  readonly book: Book;
  readonly live: readonly LiveRun[];
  /** By series: not 0 where a run has it. */
  readonly seen: Int32Array;
  /** Names of metrics that have several data points of the same attributes in one run. */
  readonly repeated: ReadonlySet<string>;
}

/** Gives all series their places; where pages have to be written anew for it, everything is looked up in these again. */
function findPlaces(task: AppTask, warnings: string[]): Found {
  const { round, maxEndedSeries } = task;
  const first = look(task, task.state, task.book);
  const { dictionary } = first.book;
  const families = new Map<string, Layout | undefined>(first.tight);
  for (const [key, family] of dictionary.families) if (isScattered(family)) families.set(key, families.get(key));
  const { isAddedSeries, isKept } = aboutSeries(dictionary);
  const { drop, losesSums } = planDropping(first.state, maxEndedSeries, isAddedSeries, isKept);
  if (drop === undefined && families.size === 0) return first;
  if (losesSums) {
    const what = 'counters and histograms that no instance has any more';
    warnings.push(`App "${round.app}": more than ${maxEndedSeries} ${what}; those longest gone are dropped.`);
  }
  const state = repack(first.state, { drop: drop ?? new Uint8Array(dictionary.series), families });
  return look(task, { ...state, round: task.state.round }, new Book(state));
}

interface Looked extends Found {
  /** Keys of families with too few places for buckets, and a layout that has enough. */
  readonly tight: ReadonlyMap<string, Layout>;
}

function look({ round, rules }: AppTask, before: ClusterState, book: Book): Looked {
  const { dictionary } = book;
  const tight = new Map<string, Layout>();
  // Ids that a lost task has given away are not given again.
  dictionary.nextPageId = Math.max(dictionary.nextPageId, Date.now());
  const live = round.live.map((one) => lookUp(one, book, rules, tight));
  forgetPages(book, before, round.live);
  const { seen, repeated } = lookForSeries(dictionary, live, before, round.silent);
  const state: ClusterState = {
    ...before,
    scopes: dictionary.scopes(),
    nextPageId: dictionary.nextPageId,
    carried:
      dictionary.numbers === before.carried.length
        ? before.carried
        : grown(before.carried, dictionary.numbers, dictionary.offsets.subarray(0, dictionary.series)),
    gone: markGone(before.gone, seen, before.round + 1),
    round: before.round + 1,
  };
  return { state, book, live, seen, repeated, tight };
}

function lookUp({ run, snapshot }: RunSnapshot, book: Book, rules: GaugeRules, tight: Map<string, Layout>): LiveRun {
  const families: MergedFamily[] = [];
  const own: { scope: ScopeFamilies['scope']; family: Family }[] = [];
  for (const one of keyedFamilies(snapshot.scopes)) {
    const { key, scope, family } = one;
    const merge = mergeOf(family, rules);
    if (merge === 'instance') {
      own.push({ scope, family });
      continue;
    }
    const into = book.dictionary.familyFor(one);
    if (isLater(family.endTime, into.endTime)) into.endTime = family.endTime;
    const present = presentPages(family);
    const places = book.placesOf(snapshot.incarnation, into, present);
    for (const { page } of present) {
      const { layout } = into.layoutFor(page.layout);
      if (hasRoomFor(layout, page.layout)) continue;
      tight.set(key, larger(tight.get(key) ?? layout, clusterLayout(page.layout)));
    }
    families.push({ family, into, merge, pages: present.map((one, p) => ({ ...one, places: places[p]! })) });
  }
  return { run, snapshot, families, own: groupByScope(own) };
}

function isLater(a: Family['endTime'], b: Family['endTime']): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

function forgetPages(book: Book, { runs }: ClusterState, live: readonly RunSnapshot[]): void {
  const inUse = new Map<string, Set<number>>();
  for (const { snapshot } of live) inUse.set(snapshot.incarnation, new Set([...pagesOf(snapshot)].map(({ id }) => id)));
  book.forget(new Set([...inUse.keys(), ...runs.map(({ incarnation }) => incarnation)]), inUse);
}

/** A run that is silent still has what it had, but not what had gone from it before. */
function lookForSeries(
  { series, offsets }: Dictionary,
  live: readonly LiveRun[],
  { runs, gone }: ClusterState,
  silent: readonly string[],
): Pick<Found, 'seen' | 'repeated'> {
  const seen = new Int32Array(series);
  const repeated = new Set<string>();
  for (const [i, { families }] of live.entries()) {
    for (const { family, pages } of families) {
      for (const page of pages) if (isRepeating(page, seen, i + 1)) repeated.add(family.descriptor.name);
    }
  }
  for (const { last } of runs.filter(({ key }) => silent.includes(key))) {
    for (let i = 0; i < series; i++) {
      const offset = offsets[i]!;
      if (gone[i] === 0 && offset < last.length && !Number.isNaN(last[offset + START])) seen[i] = -1;
    }
  }
  return { seen, repeated };
}

/** @returns whether the run has one of the series already */
function isRepeating({ count, indices, places }: MergedPage, seen: Int32Array, run: number): boolean {
  const { serials } = places;
  let repeats = false;
  for (let k = 0; k < count; k++) {
    const serial = serials[indices === undefined ? k : indices[k]!]!;
    if (seen[serial] === run) repeats = true;
    seen[serial] = run;
  }
  return repeats;
}

/** Many pages with few series on them, as when a few come in each round. */
function isScattered({ pages, layouts }: DictionaryFamily): boolean {
  const series = pages.reduce((sum, { page }) => sum + page.size, 0);
  return pages.length > Math.max(16, 4 * ((series >> 10) + layouts.size));
}

function isAddedFamily({ about }: DictionaryFamily): boolean {
  return isAdded(about.dataPointType, about.isMonotonic);
}

function aboutSeries({ families, series }: Dictionary) {
  const added = new Uint8Array(series);
  const kept = new Set<number>();
  for (const family of families.values()) {
    // The first page says which layout has no label.
    if (family.layouts.size > 1) kept.add(family.firsts[0]!);
    if (!isAddedFamily(family)) continue;
    family.pages.forEach(({ page }, p) => added.fill(1, family.firsts[p], family.firsts[p]! + page.size));
  }
  return {
    isAddedSeries: (serial: number) => added[serial] === 1,
    isKept: (serial: number) => kept.has(serial),
  };
}

function mergedScopes({ families }: Dictionary, gauges: Gauges, seen: Int32Array): ScopeFamilies[] {
  const shown: { scope: ScopeFamilies['scope']; family: Family }[] = [];
  for (const one of families.values()) {
    const order = isAddedFamily(one) ? undefined : gauges.finish(one, seen);
    if (order?.length !== 0 && one.pages.length > 0) shown.push({ scope: one.scope, family: one.toFamily(order) });
  }
  return groupByScope(shown);
}

function mergedPart(
  { round, labels }: AppTask,
  { incarnation, resource, round: generation }: ClusterState,
  live: readonly LiveRun[],
  scopes: readonly ScopeFamilies[],
  values: Float64Array,
): Part {
  const all = live.map(({ snapshot }) => snapshot);
  const series = scopes.reduce(
    (sum, one) => sum + one.families.reduce((some, family) => some + seriesCount(family), 0),
    0,
  );
  const most = (numbers: readonly number[]): number => Math.max(0, ...numbers);
  const snapshot: Snapshot = {
    incarnation,
    generation,
    time: most(all.map(({ time }) => time)),
    resource,
    scopes,
    values,
    previous: undefined,
    stats: {
      intervalMs: most(all.map(({ stats }) => stats.intervalMs)),
      collectMs: most(all.map(({ stats }) => stats.collectMs)),
      series,
      droppedSeries: all.reduce((sum, { stats }) => sum + stats.droppedSeries, 0),
    },
  };
  return { snapshot, labels: [[labels.app, round.app]] };
}

/** Shares pages and values with what the run has answered. */
function ownPart({ run, snapshot, own }: LiveRun, labels: AbsorbTask['labels']): Part[] {
  if (own.length === 0) return [];
  return [
    {
      snapshot: { ...snapshot, scopes: own, previous: undefined },
      labels: [
        [labels.app, run.app],
        [labels.instance, String(run.pmId)],
      ],
    },
  ];
}

function bounds(app: string, { families }: Dictionary): string[] {
  const differing = [...families.values()].filter(({ layouts }) => layouts.size > 1);
  return differing.map(({ about, layouts }) => {
    const known = [...layouts.values()].map(({ layout }) => `[${boundsLabel(layout)}]`).join(' and ');
    const what = `bounds of "${about.descriptor.name}" differ between instances`;
    return `App "${app}": ${what}: ${known}. They are kept apart, by a label "bounds" on all but the first.`;
  });
}
