/** One round of one app. */
import type { ClusterState, Part, RunNumbers } from '../../protocol/tasks';
import type { Book } from './book';
import type { Dictionary } from './dictionary';
import { findPlaces, type AppTask } from './find-places';
import { Gauges } from './gauges';
import { boundsLabel } from './layouts';
import { Claims } from './live-run';
import { Carried, grown, Spare } from './numbers';
import { mergedPart, mergedScopes, ownPart } from './parts';
import { commonResource } from './resource';
import { absorbRun } from './sums';
import { addAll, totalsOf, undoRounding } from './totals';

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
  const added = [...dictionary.families.values()].filter(({ isAdded }) => isAdded).flatMap(({ pages }) => pages);

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
  // In the same order each time, whoever answers.
  const order = new Map(state.runs.map(({ key }, i) => [key, i]));
  const orderOf = ({ key }: RunNumbers): number => order.get(key) ?? order.size;
  const runs = [...answered, ...silent].sort((a, b) => orderOf(a) - orderOf(b));

  const values = totalsOf({ carried: carried.values, runs }, added, dictionary.numbers);
  if (carried.hasGrown) {
    const former = totalsOf(state, added, dictionary.numbers);
    undoRounding(former, values, carried.writable(), runs, added);
  }
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

function bounds(app: string, { families }: Dictionary): string[] {
  const differing = [...families.values()].filter(({ layouts }) => layouts.size > 1);
  return differing.map(({ about, layouts }) => {
    const known = [...layouts.values()].map(({ layout }) => `[${boundsLabel(layout)}]`).join(' and ');
    const what = `bounds of "${about.descriptor.name}" differ between instances`;
    return `App "${app}": ${what}: ${known}. They are kept apart, by a label "bounds" on all but the first.`;
  });
}
