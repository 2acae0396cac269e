/** Sources made by hand, and what a composite of them gives an encoder. */
import type { ExecutionContext } from 'ava';
import type { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics, ScopeMetrics } from '../../core/otel';
import { forEachSeries } from '../../core/series';
import { SCALAR_VALUE, type Snapshot } from '../../core/snapshot';
import { StateLog } from '../../core/state-log';
import { combineSources } from '../../src/collect/sources/sources';
import { functionSource, type MetricsSource } from '../../src/collect/sources/source';
import { counter, point } from '../core/encoder/collections';
import { stayAlive } from '../support/stay-alive';

/** A collection of one scope with one counter. */
export function counted(name: string, value: unknown, resource: object = {}, temporality = 1): ResourceMetrics {
  const metric = { ...counter(name, [point({}, value)]), aggregationTemporality: temporality };
  const scopeMetrics = [{ scope: { name }, metrics: [metric] }] as unknown as ResourceMetrics['scopeMetrics'];
  return { resource: { attributes: resource as Record<string, unknown> }, scopeMetrics };
}

export interface Combined {
  readonly source: MetricsSource;
  readonly log: readonly string[];
  collect(): Promise<ResourceMetrics>;
}

/** @param sources functions, or sources of any kind */
export function combine(...sources: readonly ((() => unknown) | MetricsSource)[]): Combined {
  const log: string[] = [];
  const note = (line: string): void => void log.push(line);
  const labelled = sources.map((one, index) => ({
    source: typeof one === 'function' ? functionSource(one) : one,
    label: `"sources[${index}]"`,
  }));
  const source = combineSources(labelled, new StateLog({ info: note, warn: note }));
  return { source, log, collect: async () => (await source.collect(source.provider())) as ResourceMetrics };
}

/** The value of the first data point of each metric, in their order. */
export function valuesOf({ scopeMetrics }: ResourceMetrics): [string, unknown][] {
  return scopeMetrics.flatMap(({ metrics }: ScopeMetrics) =>
    metrics.map(({ descriptor, dataPoints }): [string, unknown] => [descriptor.name, dataPoints[0]?.value]),
  );
}

/** The numbers of a snapshot's scalars without attributes, by name. */
export function numbersOf({ scopes, values }: Snapshot): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { families } of scopes) {
    for (const family of families) {
      forEachSeries(family, (_page, _index, offset) => {
        numbers[family.descriptor.name] = values[offset + SCALAR_VALUE] as number;
      });
    }
  }
  return numbers;
}

export async function snapshotOf(encoder: SnapshotEncoder, data: ResourceMetrics): Promise<Snapshot> {
  return (await encoder.encode({ data, time: 0, intervalMs: 1, collectMs: 0 })).snapshot;
}

/** Has all timers of at least a second run out at once. @returns how many there have been */
export function hurry(t: ExecutionContext): () => number {
  const { setTimeout } = globalThis;
  let timers = 0;
  stayAlive(t);
  t.teardown(() => (globalThis.setTimeout = setTimeout));
  globalThis.setTimeout = ((work: () => void, ms: number) => {
    if (ms >= 1000) timers++;
    return setTimeout(work, ms >= 1000 ? 0 : ms);
  }) as typeof globalThis.setTimeout;
  return () => timers;
}
