/** The interval between the last two snapshots of a family: its numbers at both ends, and since when a series counts. */
import { AggregationTemporality, DataPointType } from '../../core/otel';
import { START, type Family, type Snapshot } from '../../core/snapshot';
import type { CounterMode } from '../../protocol/tasks';

export interface Interval {
  /** The column of the snapshot at the end. */
  readonly values: Float64Array;
  /** The column of the snapshot at the start; `undefined` where there is no earlier snapshot. */
  readonly previous: Float64Array | undefined;
  /** Length in seconds. `NaN` where there is no earlier snapshot, which makes every rate `NaN` too. */
  readonly seconds: number;
  /** Whether `values` already holds changes: the data has delta temporality. */
  readonly areChanges: boolean;
  /** What is shown of the family's scalars: as configured for monotonic sums, `total` for all others. */
  readonly counters: CounterMode;
}

export function intervalOf(snapshot: Snapshot, family: Family, counters: CounterMode): Interval {
  const { time, values, previous } = snapshot;
  const seconds = previous === undefined ? NaN : (time - previous.time) / 1000;
  const isCounter = family.dataPointType === DataPointType.SUM && family.isMonotonic === true;
  return {
    values,
    previous: previous?.values,
    seconds: seconds > 0 ? seconds : NaN,
    areChanges: family.aggregationTemporality === AggregationTemporality.DELTA,
    counters: isCounter ? counters : 'total',
  };
}

/**
 * The number from which a series counted up in an interval: its `previous` number, `zero` after a reset, or `unknown`
 * where it has no previous number.
 */
export type Baseline = 'previous' | 'zero' | 'unknown';

/**
 * Recognizes a reset by the start time. The other sign of a reset, a number that drops, is checked by the caller, which
 * knows the numbers that may not drop.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#increase
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps
 */
export function baselineOf(interval: Interval, offset: number, stride: number): Baseline {
  if (interval.areChanges) return 'zero';
  const { values, previous } = interval;
  if (previous === undefined || offset + stride > previous.length) return 'unknown';
  const start = numberAt(previous, offset + START);
  if (Number.isNaN(start)) return 'unknown';
  return start === values[offset + START] ? 'previous' : 'zero';
}

/** @param index must be within the column */
export function numberAt(column: Float64Array, index: number): number {
  return column[index] as number;
}
