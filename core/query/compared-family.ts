/** A family at the two ends of an interval: its numbers in both snapshots, and since when a series counts. */
import { AggregationTemporality, DataPointType } from '../otel';
import {
  COUNT,
  HISTOGRAM_BUCKETS,
  SCALAR_STRIDE,
  SCALAR_VALUE,
  START,
  strideOf,
  type Family,
  type Layout,
} from '../snapshot';
import { NOWHERE, type Compared } from './compared';

export interface ComparedFamily {
  /** The column of the snapshot at the end. */
  readonly values: Float64Array;
  /** The column of the snapshot at the start; `undefined` where there is no earlier snapshot. */
  readonly previous: Float64Array | undefined;
  /** Length of the interval in seconds. `NaN` where there is no earlier snapshot, which makes every rate `NaN` too. */
  readonly seconds: number;
  /** When the interval started, in epoch microseconds; `NaN` where there is no earlier snapshot. */
  readonly start: number;
  /** Whether `values` already holds changes: the data has delta temporality. */
  readonly areChanges: boolean;
  /** How the scalars of the family change. Histograms and summaries count up. */
  readonly scalars: 'count up' | 'add up' | 'stand alone';
}

export function compareFamily({ snapshot, before }: Compared, family: Family): ComparedFamily {
  const seconds = before === undefined ? NaN : (snapshot.time - before.time) / 1000;
  const isSum = family.dataPointType === DataPointType.SUM;
  return {
    values: snapshot.values,
    previous: before?.values,
    seconds: seconds > 0 ? seconds : NaN,
    start: before === undefined ? NaN : before.time * 1000,
    areChanges: family.aggregationTemporality === AggregationTemporality.DELTA,
    scalars: isSum ? (family.isMonotonic === true ? 'count up' : 'add up') : 'stand alone',
  };
}

/**
 * The number from which a series counted up in an interval: its `previous` number, `zero` after a reset or where it began in
 * the interval, or `unknown` where it has no previous number.
 */
export type Baseline = 'previous' | 'zero' | 'unknown';

/**
 * Recognizes a reset by the start time. The other sign of a reset, a number that drops, is checked by the caller, which
 * knows the numbers that may not drop.
 *
 * @param before offset of the series in the column `previous`, or {@link NOWHERE}
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#increase
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps
 */
export function baselineOf(compared: ComparedFamily, offset: number, before: number, stride: number): Baseline {
  if (compared.areChanges) return 'zero';
  const { values, previous } = compared;
  if (previous === undefined) return 'unknown';
  const isThere = before !== NOWHERE && before + stride <= previous.length;
  const start = isThere ? numberAt(previous, before + START) : NaN;
  if (Number.isNaN(start)) return numberAt(values, offset + START) >= compared.start ? 'zero' : 'unknown';
  return start === values[offset + START] ? 'previous' : 'zero';
}

/** @returns the change of a scalar in the interval, `NaN` where it is not known how much of its number is new */
export function changeOfScalar(compared: ComparedFamily, offset: number, before: number): number {
  const value = numberAt(compared.values, offset + SCALAR_VALUE);
  if (compared.scalars === 'stand alone') return value - formerNumber(compared, before);
  const baseline = baselineOf(compared, offset, before, SCALAR_STRIDE);
  if (baseline === 'unknown') return NaN;
  if (baseline === 'zero' || compared.previous === undefined) return value;
  const former = numberAt(compared.previous, before + SCALAR_VALUE);
  return value < former && compared.scalars === 'count up' ? value : value - former;
}

/** A gauge's number at the start. Its start time says nothing. */
function formerNumber({ previous }: ComparedFamily, before: number): number {
  const isThere = previous !== undefined && before !== NOWHERE && before + SCALAR_STRIDE <= previous.length;
  return !isThere || Number.isNaN(previous[before + START]) ? NaN : numberAt(previous, before + SCALAR_VALUE);
}

/** @returns the change of one of a series' numbers that counts up, {@link COUNT} or another, aware of resets */
export function changeOfCount(
  compared: ComparedFamily,
  layout: Layout,
  offset: number,
  before: number,
  field: number = COUNT,
): number {
  const { values, previous } = compared;
  const baseline = baselineOf(compared, offset, before, strideOf(layout));
  if (baseline === 'unknown') return NaN;
  const value = numberAt(values, offset + field);
  if (baseline === 'zero' || previous === undefined) return value;
  const isReset = hasDropped(values, offset, previous, before, layout);
  return isReset ? value : value - numberAt(previous, before + field);
}

/** Whether the count or a bucket with a fixed place has become smaller, which happens to a cumulative series only at a reset. */
export function hasDropped(
  values: Float64Array,
  offset: number,
  previous: Float64Array,
  before: number,
  layout: Layout,
): boolean {
  if (numberAt(values, offset + COUNT) < numberAt(previous, before + COUNT)) return true;
  if (layout.kind !== 'histogram') return false;
  for (let i = HISTOGRAM_BUCKETS; i < HISTOGRAM_BUCKETS + layout.buckets; i++) {
    if (numberAt(values, offset + i) < numberAt(previous, before + i)) return true;
  }
  return false;
}

/** Adds numbers of which some may not be known: these are `NaN`, and do not count. */
export function addKnown(sum: number, value: number): number {
  if (Number.isNaN(value)) return sum;
  return Number.isNaN(sum) ? value : sum + value;
}

/** @param index must be within the column */
export function numberAt(column: Float64Array, index: number): number {
  return column[index] as number;
}
