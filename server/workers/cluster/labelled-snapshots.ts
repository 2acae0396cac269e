/** What is shown of an app: its merged snapshot, and the gauges that instances keep for themselves. */
import type { AbsorbTask, ClusterState, LabelledSnapshot } from '../../protocol/tasks';
import type { Family, ScopeFamilies, Snapshot } from '../../../core/snapshot';
import { seriesCount } from '../../../core/series';
import type { AppSeries } from './series/app-series';
import type { AppTask } from './series/map-series';
import { groupByScope } from './series/pages';
import type { Gauges } from './gauges/gauges';
import type { LiveRun } from './series/live-run';

/** @param seen by serial number: not 0 where a run has the series */
export function mergedScopes({ families }: AppSeries, gauges: Gauges, seen: Int32Array): ScopeFamilies[] {
  const shown: { scope: ScopeFamilies['scope']; family: Family }[] = [];
  for (const one of families.values()) {
    const order = one.isAdded ? undefined : gauges.finish(one, seen);
    if (order?.length !== 0 && one.pages.length > 0) shown.push({ scope: one.scope, family: one.toFamily(order) });
  }
  return groupByScope(shown);
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
    },
  };
  return { snapshot, labels: [[labels.app, round.app]] };
}

/** The gauges that are not merged. Shares pages and values with the run's snapshot. */
export function ownSnapshot({ run, snapshot, own }: LiveRun, labels: AbsorbTask['labels']): LabelledSnapshot[] {
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
