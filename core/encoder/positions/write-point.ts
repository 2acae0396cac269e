/** Writes the numbers of single data points into the column being written. */
import type { DataPoint, ExponentialHistogramValue, HistogramValue, SummaryValue } from '../../otel';
import { START, type Layout } from '../../snapshot';
import { writeExponential, writeMoments, writeHistogramCounts, writeScalar } from '../columns/layouts';
import { writeSummary } from '../columns/summaries';
import type { Cycle } from '../cycle';
import type { PositionBlock } from './position-block';

/** @param index of the position in its block */
export function writePoint(block: PositionBlock, index: number, point: DataPoint, layout: Layout, cycle: Cycle): void {
  const { startTime, value } = point;
  const { values } = cycle.columns.written;
  const offset = block.offsets[index] as number;
  if (!Object.is(startTime, block.startTimes[index])) block.setStart(index, startTime);
  values[offset + START] = block.starts[index] as number;
  switch (layout.kind) {
    case 'scalar':
      writeScalar(values, offset, value as number);
      return;
    case 'histogram': {
      const sameCounts = Object.is((value as HistogramValue).buckets.counts, block.counts[index]);
      writeHistogram(block, index, offset, layout.buckets, value as HistogramValue, sameCounts, cycle);
      return;
    }
    case 'exponential':
      writeExponential(values, offset, layout, value as ExponentialHistogramValue);
      return;
    case 'summary':
      writeSummary(values, offset, layout.quantiles.length, value as SummaryValue);
  }
}

/**
 * Writes all but the start time; the bucket counts only where the column being written does not hold these very counts
 * already.
 * @param buckets how many the layout has
 * @param sameCounts whether the array of counts is the one that was last seen at that position
 */
export function writeHistogram(
  { counts, changed }: PositionBlock,
  index: number,
  offset: number,
  buckets: number,
  value: HistogramValue,
  sameCounts: boolean,
  cycle: Cycle,
): void {
  const { values, generation } = cycle.columns.written;
  const { counts: own } = value.buckets;
  writeMoments(values, offset, value);
  if (!sameCounts) {
    counts[index] = own;
    changed[index] = cycle.generation;
  } else if ((changed[index] as number) <= generation) return;
  writeHistogramCounts(values, offset, buckets, own);
}
