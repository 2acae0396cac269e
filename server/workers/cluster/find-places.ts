/** Gives the series of an app's runs their places, and tells which series no run has any more. */
import type { AbsorbTask, AppRound, ClusterState, RunSnapshot } from '../../protocol/tasks';
import { START, type Family, type Layout, type ScopeFamilies } from '../../../core/snapshot';
import { pagesOf } from '../../../core/series';
import { Book } from './book';
import { groupByScope, presentPages, type Dictionary, type DictionaryFamily } from './dictionary';
import { markGone, planDropping } from './ended';
import { keyedFamilies, mergeOf } from './families';
import { clusterLayout, hasRoomFor, larger } from './layouts';
import type { LiveRun, MergedFamily, MergedPage } from './live-run';
import { grown } from './numbers';
import { repack } from './repack';
import type { GaugeRules } from './rules';

export interface AppTask extends Pick<AbsorbTask, 'maxEndedSeries' | 'labels'> {
  readonly round: AppRound;
  readonly state: ClusterState;
  readonly book: Book;
  readonly rules: GaugeRules;
}

export interface Found {
  readonly state: ClusterState;
  readonly book: Book;
  readonly live: readonly LiveRun[];
  /** By series: not 0 where a run has it. */
  readonly seen: Int32Array;
  /** Names of metrics that have several data points of the same attributes in one run. */
  readonly repeated: ReadonlySet<string>;
}

/** Gives all series their places; where pages have to be written anew for it, everything is looked up in these again. */
export function findPlaces(task: AppTask, warnings: string[]): Found {
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

function aboutSeries({ families, series }: Dictionary) {
  const added = new Uint8Array(series);
  const kept = new Set<number>();
  for (const family of families.values()) {
    // The first page says which layout has no label.
    if (family.layouts.size > 1) kept.add(family.firsts[0]!);
    if (!family.isAdded) continue;
    family.pages.forEach(({ page }, p) => added.fill(1, family.firsts[p], family.firsts[p]! + page.size));
  }
  return {
    isAddedSeries: (serial: number) => added[serial] === 1,
    isKept: (serial: number) => kept.has(serial),
  };
}
