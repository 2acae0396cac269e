/** Writes the numbers of single data points into the column being written, at the place that positions name. */
import type { DataPoint, ExponentialHistogramValue, HistogramValue } from '../../protocol/otel';
import { SCALAR_VALUE, START, type Layout } from '../../protocol/snapshot';
import { startMicros, writeExponential, writeHistogramCounts, writeHistogramHead } from './layouts';
import type { Positions } from './positions';
import type { Run } from './run';

export function writePoint(positions: Positions, position: number, point: DataPoint, layout: Layout, run: Run): void {
  switch (layout.kind) {
    case 'scalar':
      writeScalar(positions, position, point as DataPoint<number>, run.column.values);
      return;
    case 'histogram':
      writeHistogram(positions, position, point as DataPoint<HistogramValue>, run);
      return;
    case 'exponential': {
      const { startTime, value } = point as DataPoint<ExponentialHistogramValue>;
      writeExponential(run.column.values, positions.offsets[position] as number, layout, startTime, value);
    }
  }
}

export function writeScalar(
  positions: Positions,
  position: number,
  point: DataPoint<number>,
  values: Float64Array,
): void {
  const offset = positions.offsets[position] as number;
  values[offset + START] = startMicros(point.startTime);
  values[offset + SCALAR_VALUE] = point.value;
}

/** Copies the bucket counts only where the column being written does not hold these very counts already. */
export function writeHistogram(
  positions: Positions,
  position: number,
  { startTime, value }: DataPoint<HistogramValue>,
  run: Run,
): void {
  const { counts, changed, offsets } = positions;
  const { values, generation } = run.column;
  const offset = offsets[position] as number;
  writeHistogramHead(values, offset, startTime, value);
  if (counts[position] !== value.buckets.counts) {
    counts[position] = value.buckets.counts;
    changed[position] = run.generation;
  } else if ((changed[position] as number) <= generation) return;
  writeHistogramCounts(values, offset, value.buckets.counts);
}
