/** How the numbers of a data point are laid out in a column, and writing them there. */
import { DataPointType, type ExponentialHistogramValue, type HistogramValue, type HrTime } from '../../otel';
import {
  COUNT,
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  EXP_ZERO_COUNT,
  HISTOGRAM_BUCKETS,
  MAX,
  MIN,
  SUM,
  type ExponentialLayout,
  type HistogramLayout,
  type Layout,
  type ScalarLayout,
} from '../../snapshot';

const SCALAR: ScalarLayout = { kind: 'scalar' };

/** The bucket capacity of exponential histograms is a multiple of this, so that a growing one seldom moves. */
const CAPACITY_STEP = 32;

export type LayoutKind = Layout['kind'];

/** @returns `undefined` for a type that OpenTelemetry does not have */
export function layoutKindOf(dataPointType: number): LayoutKind | undefined {
  switch (dataPointType) {
    case DataPointType.SUM:
    case DataPointType.GAUGE:
      return 'scalar';
    case DataPointType.HISTOGRAM:
      return 'histogram';
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return 'exponential';
    default:
      return undefined;
  }
}

export function layoutFor(kind: LayoutKind, value: unknown): Layout {
  switch (kind) {
    case 'scalar':
      return SCALAR;
    case 'histogram': {
      const { buckets, sum, min, max } = value as HistogramValue;
      return {
        kind,
        bounds: buckets.boundaries,
        buckets: buckets.counts.length,
        sum: sum != null,
        min: min != null,
        max: max != null,
      };
    }
    case 'exponential': {
      const { positive, negative, sum, min, max } = value as ExponentialHistogramValue;
      return {
        kind,
        positive: roundUp(positive.bucketCounts.length),
        negative: roundUp(negative.bucketCounts.length),
        sum: sum != null,
        min: min != null,
        max: max != null,
      };
    }
  }
}

function roundUp(length: number): number {
  return Math.ceil(length / CAPACITY_STEP) * CAPACITY_STEP;
}

/** Whether a value can be written in that layout. */
export function fits(layout: Layout, value: unknown): boolean {
  switch (layout.kind) {
    case 'scalar':
      return true;
    case 'histogram':
      return fitsHistogram(layout, value as HistogramValue, false);
    case 'exponential':
      return fitsExponential(layout, value as ExponentialHistogramValue);
  }
}

/**
 * Bounds are nearly always the same array.
 * @param sameCounts whether the array of counts is the one that has fitted before: it is not read then, which would be a
 * cache miss
 */
export function fitsHistogram(layout: HistogramLayout, value: HistogramValue, sameCounts: boolean): boolean {
  const { boundaries, counts } = value.buckets;
  return (
    (boundaries === layout.bounds || sameNumbers(boundaries, layout.bounds)) &&
    (sameCounts || counts.length === layout.buckets) &&
    (value.sum != null) === layout.sum &&
    (value.min != null) === layout.min &&
    (value.max != null) === layout.max
  );
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!Object.is(a[i], b[i])) return false;
  }
  return true;
}

function fitsExponential(layout: ExponentialLayout, value: ExponentialHistogramValue): boolean {
  return (
    value.positive.bucketCounts.length <= layout.positive &&
    value.negative.bucketCounts.length <= layout.negative &&
    (value.sum != null) === layout.sum &&
    (value.min != null) === layout.min &&
    (value.max != null) === layout.max
  );
}

/** Epoch microseconds: exact to the microsecond until the year 2255. */
export function startOf(time: HrTime): number {
  return time[0] * 1e6 + time[1] / 1e3;
}

/** Writes all but the start and the bucket counts, which are only written where they have changed. */
export function writeHistogramHead(values: Float64Array, offset: number, value: HistogramValue): void {
  values[offset + COUNT] = value.count;
  values[offset + SUM] = value.sum ?? 0;
  values[offset + MIN] = value.min ?? 0;
  values[offset + MAX] = value.max ?? 0;
}

export function writeHistogramCounts(values: Float64Array, offset: number, counts: readonly number[]): void {
  let at = offset + HISTOGRAM_BUCKETS;
  for (let i = 0; i < counts.length; i++) values[at++] = counts[i] as number;
}

/** Writes all but the start. */
export function writeExponential(
  values: Float64Array,
  offset: number,
  layout: ExponentialLayout,
  value: ExponentialHistogramValue,
): void {
  const { positive, negative } = value;
  values[offset + COUNT] = value.count;
  values[offset + SUM] = value.sum ?? 0;
  values[offset + MIN] = value.min ?? 0;
  values[offset + MAX] = value.max ?? 0;
  values[offset + EXP_SCALE] = value.scale;
  values[offset + EXP_ZERO_COUNT] = value.zeroCount;
  values[offset + EXP_POSITIVE_OFFSET] = positive.offset;
  values[offset + EXP_POSITIVE_LENGTH] = positive.bucketCounts.length;
  values[offset + EXP_NEGATIVE_OFFSET] = negative.offset;
  values[offset + EXP_NEGATIVE_LENGTH] = negative.bucketCounts.length;
  values.set(positive.bucketCounts, offset + EXP_BUCKETS);
  values.set(negative.bucketCounts, offset + EXP_BUCKETS + layout.positive);
}
