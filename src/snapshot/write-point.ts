/** Writes the numbers of single data points into the column being written. */
import type { DataPoint, ExponentialHistogramValue, HistogramValue } from '../../protocol/otel';
import { SCALAR_VALUE, START, type Layout } from '../../protocol/snapshot';
import { startMicros, writeExponential, writeHistogramCounts, writeHistogramHead } from './layouts';
import type { Positions } from './positions';
import type { Run } from './run';

export function writePoint(positions: Positions, position: number, point: DataPoint, layout: Layout, run: Run): void {
  const offset = positions.offsets[position] as number;
  switch (layout.kind) {
    case 'scalar':
      writeScalar(run.column.values, offset, point as DataPoint<number>);
      return;
    case 'histogram':
      writeHistogram(positions, position, offset, point as DataPoint<HistogramValue>, run);
      return;
    case 'exponential': {
      const { startTime, value } = point as DataPoint<ExponentialHistogramValue>;
      writeExponential(run.column.values, offset, layout, startTime, value);
    }
  }
}

export function writeScalar(values: Float64Array, offset: number, { startTime, value }: DataPoint<number>): void {
  values[offset + START] = startMicros(startTime);
  values[offset + SCALAR_VALUE] = value;
}

/** Copies the bucket counts only where the column being written does not hold these very counts already. */
export function writeHistogram(
  { counts, changed }: Positions,
  position: number,
  offset: number,
  { startTime, value }: DataPoint<HistogramValue>,
  run: Run,
): void {
  const { values, generation } = run.column;
  writeHistogramHead(values, offset, startTime, value);
  if (counts[position] !== value.buckets.counts) {
    counts[position] = value.buckets.counts;
    changed[position] = run.generation;
  } else if ((changed[position] as number) <= generation) return;
  writeHistogramCounts(values, offset, value.buckets.counts);
}
