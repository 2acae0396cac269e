/** Reads one metric of a collection, of which any part may be anything. */
import {
  AGGREGATORS,
  AggregationTemporality,
  type Aggregator,
  type Changes,
  type DataPoint,
  type Descriptor,
  type HrTime,
  type MetricData,
  type MorePoints,
} from '../../otel';
import { MAX_BUCKETS } from '../../snapshot';
import { layoutKindOf, type LayoutKind } from '../columns/layouts';
import type { descriptorHead } from './heads';
import { quoted } from './problems';

export interface ReadMetric {
  /** By this the encoder finds the family. Two metrics of a collection may have the same key. */
  readonly key: string;
  readonly kind: LayoutKind;
  readonly descriptor: Descriptor;
  readonly dataPointType: number;
  readonly aggregationTemporality: number;
  readonly isMonotonic: boolean | undefined;
  /** Whether the values count from the previous collection, and are added up. */
  readonly isDelta: boolean;
  /** Of exponential histograms with deltas: see `MetricData`. */
  readonly maxSize: number | undefined;
  /** Of deltas: see `MetricData`. Not copied: any of them may be anything. */
  readonly recorded: readonly unknown[] | undefined;
  /** See `MetricData`. */
  readonly changes: Changes | undefined;
  readonly endTime: HrTime;
  readonly aggregator: Aggregator | undefined;
  /** Foreign, not copied: reading one may throw. */
  readonly points: readonly DataPoint[];
  /** Their length, read once. */
  readonly count: number;
  /** Of deltas: see `MetricData`. */
  readonly more: MorePoints | undefined;
}

/** @returns what is wrong, where the metric cannot be used */
export function readMetric(
  scopeKey: string,
  { descriptor, key }: NonNullable<ReturnType<typeof descriptorHead>>,
  metric: Partial<MetricData>,
): ReadMetric | string {
  const { dataPointType, dataPoints, isMonotonic: monotonic, aggregationTemporality, maxSize, aggregator } = metric;
  const { recordedAttributes: recorded, changes, more } = metric;
  if (!Array.isArray(dataPoints)) return `metric ${quoted(descriptor.name)} has no array "dataPoints"`;
  const kind = typeof dataPointType === 'number' ? layoutKindOf(dataPointType) : undefined;
  if (kind === undefined) {
    const found = typeof dataPointType === 'number' ? String(dataPointType) : typeof dataPointType;
    return `metric ${quoted(descriptor.name)} has the unknown dataPointType ${found}, expected 0 to 4`;
  }
  const points = dataPoints as readonly DataPoint[];
  const isDelta = aggregationTemporality === AggregationTemporality.DELTA;
  if (isDelta && kind === 'summary') {
    return `metric ${quoted(descriptor.name)} is a summary of delta temporality, expected a cumulative one`;
  }
  const temporality = isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
  const isMonotonic = monotonic === undefined ? undefined : Boolean(monotonic);
  // Made in one go: copying an object is slow, and there is one for each metric.
  return {
    key: `${scopeKey}${dataPointType}${isMonotonic}${temporality}${key}`,
    kind,
    descriptor,
    dataPointType: dataPointType as number,
    isDelta,
    aggregationTemporality: temporality,
    isMonotonic,
    maxSize: sizeOf(maxSize),
    changes: changesOf(changes),
    recorded: Array.isArray(recorded) ? (recorded as readonly unknown[]) : undefined,
    endTime: isDelta ? endTimeIfAny(points) : plainTime(points[0]?.endTime),
    aggregator: aggregator === undefined ? undefined : AGGREGATORS.find((one) => one === aggregator),
    points,
    count: points.length,
    more: isDelta && isMore(more) ? more : undefined,
  };
}

/** Believed only where each part is what it is to be: the data may be anybody's. */
function changesOf(changes: unknown): Changes | undefined {
  if (typeof changes !== 'object' || changes === null) return undefined;
  const { collection, since, indexes, values, hasOtherStarts } = changes as Partial<Changes>;
  const areNamed = isObject(collection) && (since === undefined || isObject(since));
  const areLists = Array.isArray(indexes) && (values === undefined || Array.isArray(values));
  const isKnown = areNamed && areLists && typeof hasOtherStarts === 'boolean';
  return isKnown ? (changes as Changes) : undefined;
}

function isMore(more: Partial<MorePoints> | undefined): more is MorePoints {
  return isObject(more) && typeof more.read === 'function' && Number.isSafeInteger(more.count);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function sizeOf(maxSize: unknown): number | undefined {
  return Number.isInteger(maxSize) ? Math.min(Math.max(maxSize as number, 2), MAX_BUCKETS) : undefined;
}

function plainTime(time: HrTime | null | undefined): HrTime {
  return [finite(time?.[0]), finite(time?.[1])];
}

/** Of a metric with deltas, of which a malformed data point is lost by itself. */
function endTimeIfAny(points: readonly DataPoint[]): HrTime {
  try {
    return plainTime(points[0]?.endTime);
  } catch {
    return plainTime(undefined);
  }
}

function finite(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
