/** Probes of snapshots that are made by hand. */
import type { Snapshot } from '../../../core/snapshot';
import type { ProbesResult, ProbesTask } from '../../../protocol/tasks';
import { PageCache } from '../../../workers/page-cache';
import { computeProbes } from '../../../workers/probes/compute-probes';
import { snapshotOf, type SnapshotSpec } from '../../support/snapshots';

const ANY = { known: [], room: Infinity };

export function taskOf(snapshot: Snapshot, options: Partial<Omit<ProbesTask, 'kind' | 'snapshot'>> = {}): ProbesTask {
  return {
    kind: 'probes',
    snapshot,
    select: ['*'],
    counters: 'total',
    perMetric: 20,
    aggregated: [],
    names: ANY,
    ...options,
  };
}

export function compute(spec: SnapshotSpec, options: Parameters<typeof taskOf>[1] = {}): ProbesResult {
  return computeProbes(taskOf(snapshotOf(spec), options), new PageCache());
}

/** Name and value of each probe. */
export function shown(spec: SnapshotSpec, options: Parameters<typeof taskOf>[1] = {}): Record<string, number> {
  return Object.fromEntries(compute(spec, options).probes.map(({ name, value }) => [name, value]));
}
