/** What is shown of an app: its merged snapshot, and the gauges that instances keep for themselves. */
import type { AbsorbTask } from '../../../protocol/tasks';
import type { ClusterState } from '../../../protocol/state';
import type { LabelledSnapshot } from '../../../protocol/render';
import { ORDER_SHIFT, type Family, type ScopeFamilies, type Snapshot } from '../../../../core/snapshot';
import { seriesCount } from '../../../../core/series';
import { appLabels, instanceLabels } from '../../../protocol/labels';
import type { AppFamily } from '../series/families/app-family';
import type { AppExemplars } from './exemplars';
import type { AppTask } from '../mapping/mapped-round';
import { toShared } from '../series/orders';
import type { Gauges } from '../gauges/gauges';
import type { LiveRun } from '../series/live-run';

/** What is shown of an app's series. */
export interface Shown {
  readonly families: readonly AppFamily[];
  /** By serial number: not 0 for a gauge that a run has. */
  readonly seen: Int32Array;
  /** By serial number: 1 for a series that is shown by another one. `undefined` if there is none. */
  readonly hidden: Uint8Array | undefined;
  /** Families that are not shown, by their own rule. */
  readonly omitted: ReadonlySet<AppFamily>;
  readonly exemplars: AppExemplars;
}

export function mergedScopes({ families, seen, hidden, omitted, exemplars }: Shown, gauges: Gauges): ScopeFamilies[] {
  const shown: { scope: ScopeFamilies['scope']; family: Family }[] = [];
  for (const one of families) {
    if (omitted.has(one)) continue;
    const order = one.isAdded ? hidden && orderWithout(one, hidden) : gauges.finish(one, seen);
    if (order?.length !== 0 && one.pages.length > 0) {
      shown.push({ scope: one.scope, family: one.toFamily(order, exemplars.get(one)) });
    }
  }
  return inOneOrder(shown);
}

/** Neighbouring families of one scope are grouped: the order of the families stays. */
function inOneOrder(shown: readonly { readonly scope: ScopeFamilies['scope']; readonly family: Family }[]) {
  const groups: { scope: ScopeFamilies['scope']; families: Family[] }[] = [];
  for (const { scope, family } of shown) {
    const last = groups.at(-1);
    if (last?.scope === scope) last.families.push(family);
    else groups.push({ scope, families: [family] });
  }
  return groups;
}

/** @returns the family's order, `undefined` if none of its series is hidden */
function orderWithout({ pages, firsts }: AppFamily, hidden: Uint8Array): Int32Array | undefined {
  const order: number[] = [];
  let all = 0;
  for (const [p, { page }] of pages.entries()) {
    all += page.size;
    for (let i = 0; i < page.size; i++) if (hidden[firsts[p]! + i] === 0) order.push((p << ORDER_SHIFT) + i);
  }
  return order.length === all ? undefined : toShared(order);
}

export function mergedSnapshot(
  { round, labels }: AppTask,
  { incarnation, resource, round: generation }: ClusterState,
  live: readonly LiveRun[],
  scopes: readonly ScopeFamilies[],
  values: Float64Array,
): LabelledSnapshot {
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
      droppedExemplars: all.reduce((sum, { stats }) => sum + stats.droppedExemplars, 0),
      overflowedMetrics: all.reduce((sum, { stats }) => sum + (stats.overflowedMetrics ?? 0), 0),
    },
  };
  return { snapshot, labels: appLabels(round, labels) };
}

/** The gauges that are not merged. Shares pages and values with the run's snapshot. */
export function ownSnapshot({ run, snapshot, own }: LiveRun, labels: AbsorbTask['labels']): LabelledSnapshot[] {
  if (own.length === 0) return [];
  // The app has one `target_info`: a join on the app's label has to find one series only.
  return [
    {
      snapshot: { ...snapshot, resource: '{}', scopes: own, previous: undefined },
      labels: instanceLabels(run, labels),
    },
  ];
}
