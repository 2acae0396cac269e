/** One round of one app: its next state, and what is shown of it. */
import type { ClusterState, RunNumbers } from '../../protocol/state';
import type { LabelledSnapshot } from '../../protocol/render';
import { appKey } from '../../protocol/labels';
import type { PlacedPage } from '../../../core/snapshot';
import { Gauges } from './gauges/gauges';
import { mergedScopes, mergedSnapshot, ownSnapshot } from './shown/labelled-snapshots';
import { commonResource } from './resource';
import type { AppSeries } from './series/app-series';
import { newestExemplars } from './shown/exemplars';
import { standingKinds, type Kinds } from './shown/kinds';
import { boundsText } from './series/families/layouts';
import { joinRepeated } from './sums/join-repeated';
import { mapSeries } from './map-series';
import type { AppTask, MappedRound } from './mapping/mapped-round';
import type { PageMappings } from './mapping/page-mappings';
import { Recency } from './shown/recency';
import { absorbRun } from './sums/absorb-run';
import { HostCounters } from './sums/host-counters';
import { joinTwins } from './shown/join-twins';
import { Carried } from './sums/carried';
import { grown, SpareMemory } from './series/column-memory';
import { addAll, totalsOf, undoRounding } from './sums/totals';

export interface AppResult {
  readonly state: ClusterState;
  readonly snapshots: readonly LabelledSnapshot[];
  readonly warnings: readonly string[];
  /** Those of the state. */
  readonly mappings: PageMappings;
}

export function absorbApp(task: AppTask): AppResult {
  const warnings: string[] = [];
  const mapped = withoutRepeated(mapSeries(task, warnings));
  const { live, mappings, repeated, seen, omitted } = mapped;
  const { appSeries } = mappings;
  const hasTwins = appSeries.twins.groups.size > 0;
  const added = [...appSeries.families.values()].filter(({ isAdded }) => isAdded).flatMap(({ pages }) => pages);

  const { runs, carried } = absorbRuns(task, mapped, added);
  const values = addUp(mapped, added, runs, carried);
  const gauges = mergeGauges(mapped, values);

  const resource =
    live.length === 0 ? mapped.state.resource : commonResource(live.map(({ snapshot }) => snapshot.resource));
  const state: ClusterState = { ...mapped.state, resource, carried: carried.values, runs };
  const latest = once(() => new Recency(task, mapped));
  const kinds = standingKinds(appSeries.families.values(), latest);
  const joined = hasTwins ? joinTwins(appSeries.twins, values, seen, latest()) : { seen, hidden: undefined };
  const exemplars = newestExemplars(live);
  const scopes = mergedScopes({ families: kinds.shown, ...joined, omitted, exemplars }, gauges);
  const isShown = live.length > 0 || scopes.length > 0;
  const snapshots = [
    ...(isShown ? [mergedSnapshot(task, state, live, scopes, values)] : []),
    ...live.filter(({ isLeaving }) => !isLeaving).flatMap((one) => ownSnapshot(one, task.labels)),
  ];
  const app = JSON.stringify(appKey(task.round));
  warnings.push(...boundsWarnings(app, appSeries), ...kindWarnings(app, kinds), ...repeatedWarnings(app, repeated));
  return { state, snapshots, warnings, mappings };
}

function withoutRepeated(mapped: MappedRound): MappedRound {
  return mapped.repeated.size === 0 ? mapped : { ...mapped, live: mapped.live.map(joinRepeated) };
}

/** What every run has had last, and what is carried of those that have ended. */
interface AbsorbedRuns {
  readonly runs: readonly RunNumbers[];
  readonly carried: Carried;
}

function absorbRuns(
  { round }: AppTask,
  { state, live, mappings: { appSeries } }: MappedRound,
  added: readonly PlacedPage[],
): AbsorbedRuns {
  const carried = new Carried(state.carried);
  const liveKeys = new Set(live.map(({ run }) => run.key));
  const staying = new Set([...liveKeys, ...round.silent]);
  for (const run of state.runs) if (!staying.has(run.key)) addAll(carried.writable(), run.last, added);

  const hosts = new HostCounters(carried);
  const before = new Map(state.runs.map((run) => [run.key, run]));
  const spare = new SpareMemory(round.spare ?? []);
  const answered = live.map((one): RunNumbers => {
    const { incarnation, generation } = one.snapshot;
    const run = before.get(one.run.key);
    // The same snapshot as before, or one that came late.
    if (run?.incarnation === incarnation && generation <= run.generation) return run;
    const former = run?.last ?? NO_NUMBERS;
    const copy = spare.take(appSeries.numbers, former.length);
    const last = grown(former, appSeries.numbers, appSeries.offsets.subarray(0, appSeries.count), copy);
    absorbRun(one, last, carried, hosts);
    return { key: one.run.key, incarnation, generation, last };
  });
  hosts.apply();
  const silent = round.silent.filter((key) => !liveKeys.has(key)).flatMap((key) => before.get(key) ?? []);

  // In the same order each time, whichever runs have answered: sums of fractions depend on the order.
  const order = new Map(state.runs.map(({ key }, i) => [key, i]));
  const orderOf = ({ key }: RunNumbers): number => order.get(key) ?? order.size;
  return { runs: [...answered, ...silent].sort((a, b) => orderOf(a) - orderOf(b)), carried };
}

const NO_NUMBERS = new Float64Array();

/** The sums of counters and histograms, as a column that is written here. */
function addUp(
  { state, mappings: { appSeries } }: MappedRound,
  added: readonly PlacedPage[],
  runs: readonly RunNumbers[],
  carried: Carried,
): Float64Array {
  const totals = totalsOf({ carried: carried.values, runs }, added, appSeries.numbers);
  if (carried.hasGrown) {
    const former = totalsOf(state, added, appSeries.numbers);
    undoRounding({ former, totals, carried: carried.writable() }, runs, added);
  }
  return totals;
}

/** Merges the gauges of the runs that have answered into `values`. */
function mergeGauges({ live, mappings: { appSeries } }: MappedRound, values: Float64Array): Gauges {
  const gauges = new Gauges(appSeries, values);
  for (const one of live) if (!one.isLeaving) gauges.add(one);
  return gauges;
}

/** The value of `make`, which is called when it is needed first. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function boundsWarnings(app: string, { families }: AppSeries): string[] {
  const differing = [...families.values()].filter(({ layouts }) => layouts.size > 1);
  return differing.map(({ about, layouts }) => {
    const known = [...layouts.values()].map(({ layout }) => `[${boundsText(layout)}]`).join(' and ');
    const what = `bounds of "${about.descriptor.name}" differ between instances`;
    return `App ${app}: ${what}: ${known}. The buckets are those of the instance that started last.`;
  });
}

function kindWarnings(app: string, { left }: Kinds): string[] {
  return left.map(({ family, standing }) => {
    const name = standing.exposed?.name ?? '';
    return `App ${app}: "${name}" is left out where it is a ${family.exposed?.type}: the instance that started last has it as a ${standing.exposed?.type}.`;
  });
}

function repeatedWarnings(app: string, names: ReadonlySet<string>): string[] {
  return [...names].map(
    (name) =>
      `App ${app}: "${name}" has the same attributes more than once in an instance: they are added up; of gauges the first one stands.`,
  );
}
