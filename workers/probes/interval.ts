/** A family's numbers now and one snapshot earlier, and from where the change in between counts. */
import { AggregationTemporality, DataPointType } from '../../core/otel';
import { START, type Family, type Snapshot } from '../../core/snapshot';
import type { CounterMode } from '../../protocol/tasks';

export interface Columns {
  readonly values: Float64Array;
  readonly previous: Float64Array | undefined;
  /** Between the two snapshots; `NaN` where there is only one, and with it every rate. */
  readonly seconds: number;
  /** Whether the numbers are the change already: data of delta temporality. */
  readonly areChanges: boolean;
  /** How the family's scalars show: as configured for monotonic sums, `total` for all others. */
  readonly counters: CounterMode;
}

export function columnsOf(snapshot: Snapshot, family: Family, counters: CounterMode): Columns {
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
 * What a series has counted from since the previous snapshot: from its `previous` number, from `zero` after a
 * reset, or `unknown` where there is no previous number to tell.
 */
export type Baseline = 'previous' | 'zero' | 'unknown';

/**
 * Whether numbers have dropped, the other sign of a reset, is for the caller to see: it knows which of them count.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#increase
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps
 */
export function baselineOf(columns: Columns, offset: number, stride: number): Baseline {
  if (columns.areChanges) return 'zero';
  const { values, previous } = columns;
  if (previous === undefined || offset + stride > previous.length) return 'unknown';
  const start = numberAt(previous, offset + START);
  if (Number.isNaN(start)) return 'unknown';
  return start === values[offset + START] ? 'previous' : 'zero';
}

/** For indices known to be within the column. */
export function numberAt(column: Float64Array, index: number): number {
  return column[index] as number;
}
