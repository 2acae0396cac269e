/** Writes the numbers of single data points into the column being written. */
import type { DataPoint, ExponentialHistogramValue, HistogramValue } from '../../protocol/otel';
import { SCALAR_VALUE, START, type Layout } from '../../protocol/snapshot';
import { writeExponential, writeHistogramCounts, writeHistogramHead } from './layouts';
import type { Positions } from './positions';
import type { Run } from './run';

export function writePoint(positions: Positions, position: number, point: DataPoint, layout: Layout, run: Run): void {
  const { startTime, value } = point;
  const { values } = run.column;
  const offset = positions.offsets[position] as number;
  if (!Object.is(startTime, positions.startTimes[position])) positions.setStart(position, startTime);
  values[offset + START] = positions.starts[position] as number;
  switch (layout.kind) {
    case 'scalar':
      values[offset + SCALAR_VALUE] = value as number;
      return;
    case 'histogram': {
      const sameCounts = Object.is((value as HistogramValue).buckets.counts, positions.counts[position]);
      writeHistogram(positions, position, offset, value as HistogramValue, sameCounts, run);
      return;
    }
    case 'exponential':
      writeExponential(values, offset, layout, value as ExponentialHistogramValue);
  }
}

/**
 * All but the start time. Copies the bucket counts only where the column being written does not hold these very counts
 * already.
 * @param sameCounts the array of counts is the one that was last seen at that position
 */
export function writeHistogram(
  { counts, changed }: Positions,
  position: number,
  offset: number,
  value: HistogramValue,
  sameCounts: boolean,
  run: Run,
): void {
  const { values, generation } = run.column;
  const { counts: own } = value.buckets;
  writeHistogramHead(values, offset, value);
  if (!sameCounts) {
    counts[position] = own;
    changed[position] = run.generation;
  } else if ((changed[position] as number) <= generation) return;
  writeHistogramCounts(values, offset, own);
}
