/**
 * How the numbers of a data point are laid out in a column, and writing them there.
 *
 * A data point's value is foreign: it may be anything, and something else the next time it is read. So a layout consists of
 * checked copies, exactly as many numbers are written as the layout has, and each is checked where it is written. `NaN` and
 * infinities are numbers too: JSON makes `NaN` of a count that it cannot write, and serializers print it.
 */
import {
  DataPointType,
  type ExponentialHistogramValue,
  type HistogramValue,
  type HrTime,
  type SummaryValue,
} from '../../otel';
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
  MAX_OFFSET,
  MAX_SCALE,
  MIN,
  SCALAR_VALUE,
  SUM,
  type ExponentialLayout,
  type HistogramLayout,
  type Layout,
  type ScalarLayout,
} from '../../snapshot';
import { checkedNumber, lengthOf, noNumber } from './numbers';
import { fitsSummary, summaryLayout } from './summaries';

const SCALAR: ScalarLayout = { kind: 'scalar' };

/** The bucket capacity of exponential histograms is a multiple of this, so that a growing one seldom moves. */
const CAPACITY_STEP = 32;

export type LayoutKind = Layout['kind'];

/** @returns `undefined` for an unknown type */
export function layoutKindOf(dataPointType: number): LayoutKind | undefined {
  switch (dataPointType) {
    case DataPointType.SUM:
    case DataPointType.GAUGE:
      return 'scalar';
    case DataPointType.HISTOGRAM:
      return 'histogram';
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return 'exponential';
    case DataPointType.SUMMARY:
      return 'summary';
    default:
      return undefined;
  }
}

/** @throws TypeError if the value is not of that kind, and whatever reading it throws */
export function layoutFor(kind: LayoutKind, value: unknown): Layout {
  switch (kind) {
    case 'scalar':
      return SCALAR;
    case 'histogram': {
      const { buckets, sum, min, max } = value as HistogramValue;
      const bounds = checkedBounds(buckets.boundaries);
      return { kind, bounds, buckets: checkedBuckets(buckets.counts, bounds), ...momentsOf(sum, min, max) };
    }
    case 'exponential': {
      const { positive, negative, sum, min, max } = value as ExponentialHistogramValue;
      return {
        kind,
        positive: roundUpCapacity(lengthOf(positive.bucketCounts, 'bucketCounts')),
        negative: roundUpCapacity(lengthOf(negative.bucketCounts, 'bucketCounts')),
        ...momentsOf(sum, min, max),
      };
    }
    case 'summary':
      return summaryLayout(value as SummaryValue);
  }
}

function momentsOf(sum: unknown, min: unknown, max: unknown) {
  return { sum: sum != null, min: min != null, max: max != null };
}

/** The bucket capacity for so many bucket counts of one sign. */
export function roundUpCapacity(length: number): number {
  return Math.ceil(length / CAPACITY_STEP) * CAPACITY_STEP;
}

function checkedBounds(boundaries: readonly number[]): readonly number[] {
  const bounds: number[] = [];
  const length = lengthOf(boundaries, 'boundaries');
  for (let i = 0; i < length; i++) {
    const bound = checkedNumber(boundaries[i], 'a boundary');
    const last = bounds[i - 1];
    // Two of the same value would make two buckets of the same label.
    if (last !== undefined && (bound < last || Object.is(bound, last))) {
      throw new TypeError('boundaries are not in ascending order');
    }
    bounds.push(bound);
  }
  return bounds;
}

function checkedBuckets(counts: readonly number[], bounds: readonly number[]): number {
  const buckets = lengthOf(counts, 'counts');
  const isComplete = bounds.at(-1) === Number.POSITIVE_INFINITY && buckets === bounds.length;
  if (buckets !== bounds.length + 1 && !isComplete) {
    throw new TypeError(`there are ${buckets} bucket counts for ${bounds.length} boundaries`);
  }
  return buckets;
}

function checkedInteger(value: unknown, largest: number, what: string): number {
  const number = checkedNumber(value, what);
  if (Number.isInteger(number) && Math.abs(number) <= largest) return number;
  throw new TypeError(`${what} is ${number}, expected a whole number from -${largest} to ${largest}`);
}

/** Whether a value can be written in that layout. @throws TypeError if it is not of that kind */
export function fits(layout: Layout, value: unknown): boolean {
  switch (layout.kind) {
    case 'scalar':
      return true;
    case 'histogram': {
      const { buckets } = value as HistogramValue;
      return hasBounds(layout, buckets.boundaries) && fitsHistogram(layout, value as HistogramValue, false);
    }
    case 'exponential':
      return fitsExponential(layout, value as ExponentialHistogramValue);
    case 'summary':
      return fitsSummary(layout, value as SummaryValue);
  }
}

export function hasBounds({ bounds }: HistogramLayout, boundaries: readonly number[]): boolean {
  if (boundaries.length !== bounds.length) return false;
  for (let i = 0; i < bounds.length; i++) {
    if (!Object.is(boundaries[i], bounds[i])) return false;
  }
  return true;
}

/**
 * For a value whose bounds are those of the layout.
 * @param sameCounts whether this array of counts has fitted before: it is not read again then, which saves a cache miss
 */
export function fitsHistogram(layout: HistogramLayout, value: HistogramValue, sameCounts: boolean): boolean {
  return (
    (sameCounts || value.buckets.counts.length === layout.buckets) &&
    (value.sum != null) === layout.sum &&
    (value.min != null) === layout.min &&
    (value.max != null) === layout.max
  );
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

/**
 * Epoch microseconds: exact to the microsecond until the year 2255.
 * @throws TypeError if it is not a time: `NaN` would mean that the series was not there
 */
export function startOf(time: HrTime): number {
  const start = checkedNumber(time[0], 'startTime') * 1e6 + checkedNumber(time[1], 'startTime') / 1e3;
  if (Number.isFinite(start)) return start;
  throw new TypeError('startTime is not finite');
}

/** Checks the type without a call, as the functions below do: V8 would not inline one more call into the steady pass. */
export function writeScalar(values: Float64Array, offset: number, value: number): void {
  if (typeof value !== 'number') throw noNumber(value, 'value');
  values[offset + SCALAR_VALUE] = value;
}

/** Writes count, sum, min and max of a histogram. */
export function writeMoments(
  values: Float64Array,
  offset: number,
  value: HistogramValue | ExponentialHistogramValue,
): void {
  const { count } = value;
  const sum = value.sum ?? 0;
  const min = value.min ?? 0;
  const max = value.max ?? 0;
  if (typeof count !== 'number' || typeof sum !== 'number' || typeof min !== 'number' || typeof max !== 'number') {
    throw new TypeError('count, sum, min or max is no number');
  }
  values[offset + COUNT] = count;
  values[offset + SUM] = sum;
  values[offset + MIN] = min;
  values[offset + MAX] = max;
}

/** @param buckets how many the layout has */
export function writeHistogramCounts(
  values: Float64Array,
  offset: number,
  buckets: number,
  counts: readonly number[],
): void {
  let at = offset + HISTOGRAM_BUCKETS;
  for (let i = 0; i < buckets; i++) {
    const count = counts[i];
    if (typeof count !== 'number') throw noNumber(count, 'a bucket count');
    values[at++] = count;
  }
}

/** Writes all but the start. */
export function writeExponential(
  values: Float64Array,
  offset: number,
  layout: ExponentialLayout,
  value: ExponentialHistogramValue,
): void {
  const { positive, negative } = value;
  writeMoments(values, offset, value);
  values[offset + EXP_SCALE] = checkedInteger(value.scale, MAX_SCALE, 'scale');
  values[offset + EXP_ZERO_COUNT] = checkedNumber(value.zeroCount, 'zeroCount');
  values[offset + EXP_POSITIVE_OFFSET] = checkedInteger(positive.offset, MAX_OFFSET, 'offset');
  values[offset + EXP_NEGATIVE_OFFSET] = checkedInteger(negative.offset, MAX_OFFSET, 'offset');
  const first = offset + EXP_BUCKETS;
  values[offset + EXP_POSITIVE_LENGTH] = writeBuckets(values, first, layout.positive, positive.bucketCounts);
  values[offset + EXP_NEGATIVE_LENGTH] = writeBuckets(
    values,
    first + layout.positive,
    layout.negative,
    negative.bucketCounts,
  );
}

/** @returns how many there are */
function writeBuckets(values: Float64Array, offset: number, capacity: number, counts: readonly number[]): number {
  const length = lengthOf(counts, 'bucketCounts');
  if (length > capacity) throw new TypeError('bucketCounts has another length each time it is read');
  for (let i = 0; i < length; i++) values[offset + i] = checkedNumber(counts[i], 'a bucket count');
  return length;
}
