/** What is shown of an app: the merged snapshot, and instances' own gauges. */
import type { AbsorbTask, ClusterState, Part } from '../../protocol/tasks';
import type { Family, ScopeFamilies, Snapshot } from '../../../core/snapshot';
import { seriesCount } from '../../../core/series';
import { groupByScope, type Dictionary } from './dictionary';
import type { AppTask } from './find-places';
import type { Gauges } from './gauges';
import type { LiveRun } from './live-run';

export function mergedScopes({ families }: Dictionary, gauges: Gauges, seen: Int32Array): ScopeFamilies[] {
  const shown: { scope: ScopeFamilies['scope']; family: Family }[] = [];
  for (const one of families.values()) {
    const order = one.isAdded ? undefined : gauges.finish(one, seen);
    if (order?.length !== 0 && one.pages.length > 0) shown.push({ scope: one.scope, family: one.toFamily(order) });
  }
  return groupByScope(shown);
}

export function mergedPart(
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
export function ownPart({ run, snapshot, own }: LiveRun, labels: AbsorbTask['labels']): Part[] {
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
