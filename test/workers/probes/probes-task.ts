/** A task for probes of two metrics: one with a long name, and one with a slash in its name. */
import type { ProbesTask } from '../../../protocol/tasks';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { counter, encode, point } from '../../core/encoder/collections';

const LONG_NAME = 'a'.repeat(250);

export async function probesTask(...select: readonly string[]): Promise<ProbesTask> {
  const metrics = [LONG_NAME, 'a/b'].map((name) => counter(name, [point({}, 5)]));
  return {
    kind: 'probes',
    snapshot: await encode(new SnapshotEncoder({ maxSeries: 10 }), ...metrics),
    select,
    counters: 'total',
    perMetric: 10,
    aggregated: [],
    names: { known: [], room: 10 },
  };
}
