/** Writes the numbers of single data points into the column being written. */
import type { DataPoint, ExponentialHistogramValue, HistogramValue } from '../../otel';
import { SCALAR_VALUE, START, type Layout } from '../../snapshot';
import { writeExponential, writeHistogramCounts, writeHistogramHead } from './layouts';
import type { PositionBlock } from '../positions/position-block';
import type { Run } from './run';

/** @param index of the position in its block */
export function writePoint(block: PositionBlock, index: number, point: DataPoint, layout: Layout, run: Run): void {
  const { startTime, value } = point;
  const { values } = run.column;
  const offset = block.offsets[index] as number;
  if (!Object.is(startTime, block.startTimes[index])) block.setStart(index, startTime);
  values[offset + START] = block.starts[index] as number;
  switch (layout.kind) {
    case 'scalar':
      values[offset + SCALAR_VALUE] = value as number;
      return;
    case 'histogram': {
      const sameCounts = Object.is((value as HistogramValue).buckets.counts, block.counts[index]);
      writeHistogram(block, index, offset, value as HistogramValue, sameCounts, run);
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
  { counts, changed }: PositionBlock,
  index: number,
  offset: number,
  value: HistogramValue,
  sameCounts: boolean,
  run: Run,
): void {
  const { values, generation } = run.column;
  const { counts: own } = value.buckets;
  writeHistogramHead(values, offset, value);
  if (!sameCounts) {
    counts[index] = own;
    changed[index] = run.generation;
  } else if ((changed[index] as number) <= generation) return;
  writeHistogramCounts(values, offset, own);
}
