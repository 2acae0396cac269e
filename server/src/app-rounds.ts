/** What a round, and numbers that came outside of rounds, say of the runs of each app. */
import { appKey, type AppName } from '../protocol/labels';
import type { AppRound } from '../protocol/tasks';
import type { ClusterState } from '../protocol/state';
import type { RunSnapshot } from '../protocol/run';
import type { KnownNumbers, RoundResult } from './rounds/result';

/** By app key. */
type States = ReadonlyMap<string, ClusterState>;
type Runs = Pick<AppRound, 'live' | 'silent' | 'started'>;

interface News {
  readonly app: AppName;
  readonly live: RunSnapshot[];
}

/** Apps with a run that PM2 lists or is replacing, or that has ended not long ago, by app key. */
export function appsOf(
  { processes, leaving }: RoundResult,
  known: readonly KnownNumbers[],
): ReadonlyMap<string, AppName> {
  const all = [...processes, ...leaving, ...known].map(({ run: { app, namespace } }) => ({ app, namespace }));
  return new Map(all.map((name) => [appKey(name), name]));
}

/** The numbers that states do not have yet, by app. Gauges of these runs are not shown: they may have ended. */
export function newsOf(known: readonly KnownNumbers[], states: States): ReadonlyMap<string, News> {
  const news = new Map<string, News>();
  for (const { run, snapshot } of known) {
    const key = appKey(run);
    if (snapshot === undefined || isAbsorbed(run.key, snapshot, states.get(key))) continue;
    let one = news.get(key);
    if (one === undefined) news.set(key, (one = { app: { app: run.app, namespace: run.namespace }, live: [] }));
    one.live.push({ run, snapshot, isLeaving: true });
  }
  return news;
}

/**
 * The runs of each app that has any. A run that has not answered is silent: more numbers of it may come, so it is not carried
 * yet.
 */
export function runsByApp(
  result: RoundResult,
  known: readonly KnownNumbers[],
  states: States,
): ReadonlyMap<string, Runs> {
  const newest = new Map(known.map(({ run, snapshot }) => [run.key, snapshot]));
  const answered = answeredIn(result).filter((one) => !isSuperseded(one, newest.get(one.run.key), states));
  const keys = new Set(answered.map(({ run }) => run.key));
  const others = known.filter(({ run }) => !keys.has(run.key));
  const live = [...answered, ...[...newsOf(others, states).values()].flatMap((news) => news.live)];
  for (const { run } of live) keys.add(run.key);
  const silent = [...livingIn(result), ...others].filter(({ run }) => !keys.has(run.key));

  const runs = new Map<string, { live: RunSnapshot[]; silent: Set<string>; started: Set<string> }>();
  const of = (app: AppName) => {
    const key = appKey(app);
    let one = runs.get(key);
    if (one === undefined) runs.set(key, (one = { live: [], silent: new Set(), started: new Set() }));
    return one;
  };
  for (const one of live) of(one.run).live.push(one);
  for (const { run } of silent) of(run).silent.add(run.key);
  for (const { run } of inOrderOfStarts(result, known)) of(run).started.add(run.key);
  return new Map(
    [...runs].map(([key, { live, silent, started }]) => [key, { live, silent: [...silent], started: [...started] }]),
  );
}

/**
 * Whether the answer is of an exporter that was stopped, and the states have what the next one in that process has sent since:
 * a round may be shown late.
 */
function isSuperseded({ run, snapshot }: RunSnapshot, newest: KnownNumbers['snapshot'], states: States): boolean {
  if (newest === undefined || newest.incarnation === snapshot.incarnation || newest.time < snapshot.time) return false;
  return isAbsorbed(run.key, newest, states.get(appKey(run)));
}

function isAbsorbed(
  key: string,
  { incarnation, generation }: RunSnapshot['snapshot'],
  state: ClusterState | undefined,
): boolean {
  const run = state?.runs.find((one) => one.key === key);
  return run?.incarnation === incarnation && run.generation >= generation;
}

function answeredIn({ answers, leaving }: RoundResult): RunSnapshot[] {
  return [
    ...answers.map(({ run, snapshot }) => ({ run, snapshot, isLeaving: false })),
    ...leaving.flatMap(({ run, answer }) =>
      answer === undefined ? [] : [{ run, snapshot: answer.snapshot, isLeaving: true }],
    ),
  ];
}

/** Also runs from which no answer is expected yet, as after a restart of this server: the state may know them. */
function livingIn({ processes, leaving }: RoundResult): Pick<KnownNumbers, 'run'>[] {
  return [...processes.filter(({ status }) => status === 'online'), ...leaving];
}

/** Those that have ended, or that PM2 is replacing, before those that it runs. */
function inOrderOfStarts({ processes, leaving }: RoundResult, known: readonly KnownNumbers[]) {
  const listed = new Set(processes.map(({ run }) => run.key));
  const others = [...known, ...leaving].filter(({ run }) => !listed.has(run.key));
  return [...others, ...processes.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))];
}
