/** Collections made by hand, and readers of the snapshots that the encoder makes of them. */
import {
  DataPointType,
  type Aggregator,
  type Attributes,
  type DataPoint,
  type HrTime,
  type ResourceMetrics,
} from '../../../core/otel';
import { SCALAR_VALUE, START, type Family, type Snapshot } from '../../../core/snapshot';
import type { Collected, SnapshotEncoder } from '../../../core/encoder/encoder';
import { PageCache } from '../../../workers/page-cache';
import { forEachSeries, pagesOf } from '../../../core/series';

const START_TIME: HrTime = [1_795_000_000, 0];
const END_TIME: HrTime = [1_795_000_100, 0];

export function point(attributes: Attributes, value: unknown, startTime = START_TIME): DataPoint {
  return { attributes, startTime, endTime: END_TIME, value };
}

export function counter(name: string, dataPoints: readonly DataPoint[]): object {
  const descriptor = { name, description: '', unit: '', type: 'COUNTER', valueType: 1 };
  return { descriptor, aggregationTemporality: 1, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
}

export function histogram(name: string, dataPoints: readonly DataPoint[], dataPointType = 0): object {
  const descriptor = { name, description: '', unit: '', type: 'HISTOGRAM', valueType: 1 };
  return { descriptor, aggregationTemporality: 1, dataPointType, dataPoints };
}

/** What prom-client says of a metric, which OpenTelemetry does not. */
export interface PrometheusOptions {
  readonly naming?: 'prometheus';
  readonly aggregator?: Aggregator;
}

export function summary(
  name: string,
  dataPoints: readonly DataPoint[],
  { naming, aggregator }: PrometheusOptions = {},
): object {
  return asPrometheus(
    { descriptor: { name }, dataPointType: DataPointType.SUMMARY, dataPoints },
    { naming, aggregator },
  );
}

/** A metric with what prom-client says of it. */
export function asPrometheus(
  metric: object,
  { naming, aggregator }: { readonly [K in keyof PrometheusOptions]: PrometheusOptions[K] | undefined } = {},
): object {
  const { descriptor } = metric as { readonly descriptor: object };
  return { ...metric, descriptor: { ...descriptor, ...(naming && { naming }) }, ...(aggregator && { aggregator }) };
}

export function collected(...metrics: readonly unknown[]): Collected {
  const scopeMetrics = [{ scope: { name: 'test' }, metrics }] as ResourceMetrics['scopeMetrics'];
  return { data: { resource: { attributes: {} }, scopeMetrics }, time: 0, intervalMs: 1, collectMs: 0 };
}

export async function encode(encoder: SnapshotEncoder, ...metrics: readonly unknown[]): Promise<Snapshot> {
  const { snapshot, problems } = await encoder.encode(collected(...metrics));
  if (problems.length > 0) throw new Error(problems.join('; '));
  return snapshot;
}

export function familyOf(snapshot: Snapshot, index = 0): Family {
  const family = snapshot.scopes[0]?.families[index];
  if (family === undefined) throw new Error(`no family ${index}`);
  return family;
}

/** Numbers of all series of a family, by the JSON text of their attributes. */
export function read(snapshot: Snapshot, index = 0, values = snapshot.values): Map<string, number[]> {
  const cache = new PageCache();
  const result = new Map<string, number[]>();
  forEachSeries(familyOf(snapshot, index), (page, at, offset) => {
    const end = offset + (page.layout.kind === 'scalar' ? SCALAR_VALUE + 1 : 16);
    result.set(cache.text(page, at), [...values.subarray(offset, end)]);
  });
  return result;
}

/** The change of each scalar since the previous snapshot, `undefined` where the series was not there. */
export function deltas(snapshot: Snapshot, index = 0): Map<string, number | undefined> {
  const now = read(snapshot, index);
  const before = read(snapshot, index, snapshot.previous?.values ?? new Float64Array());
  return new Map(
    [...now].map(([text, numbers]) => {
      const old = before.get(text);
      const there = old?.[START] !== undefined && !Number.isNaN(old[START]);
      return [text, there ? (numbers[SCALAR_VALUE] as number) - (old[SCALAR_VALUE] as number) : undefined];
    }),
  );
}

export function places(snapshot: Snapshot): number {
  let size = 0;
  for (const page of pagesOf(snapshot)) size += page.size;
  return size;
}

export function pageIds(snapshot: Snapshot): number[] {
  return [...pagesOf(snapshot)].map(({ id }) => id);
}

export function series(count: number, from = 0): Attributes[] {
  return Array.from({ length: count }, (_, i) => ({ id: from + i }));
}
