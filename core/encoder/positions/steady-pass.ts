/**
 * The hot path: the series at a position is the one that stood there last time, and its numbers go where they went. One loop
 * per kind of layout, so that each sees values of one shape only, over series whose numbers stand one behind the other.
 *
 * Identities are compared with `Object.is`, which reads the two references and nothing else. V8's `===` reads both objects
 * too, a cache miss for each: that would double the time of the whole pass.
 */
import type { DataPoint, ExponentialHistogramValue, HistogramValue, SummaryValue } from '../../otel';
import {
  SCALAR_STRIDE,
  START,
  strideOf,
  type ExponentialLayout,
  type HistogramLayout,
  type Layout,
  type SummaryLayout,
} from '../../snapshot';
import { fits, fitsHistogram, hasBounds, writeExponential, writeScalar } from '../columns/layouts';
import { fitsSummary, writeSummary } from '../columns/summaries';
import type { Cycle } from '../cycle';
import type { FamilySeries } from '../series/family-series';
import { BLOCK_MASK, LEFT_OUT, type PositionBlock } from './position-block';
import type { Positions } from './positions';
import type { Stretches } from './stretches';
import { writeHistogram } from './write-point';

type ExponentialPoints = readonly DataPoint<ExponentialHistogramValue>[];

/**
 * Writes the numbers of the data points `from` to `end`, not included.
 * @returns the first position where another series stands, or whose layout no longer fits; `end` if there is none
 */
export function steadyPass(
  positions: Positions,
  series: FamilySeries,
  points: readonly DataPoint[],
  from: number,
  end: number,
  cycle: Cycle,
): number {
  const { stretches } = positions;
  for (let at = from; at < end;) {
    const block = positions.blockOf(at);
    const to = Math.min(stretches.enter(at, block, positions.length, cycle.generation), end);
    const slot = positions.slotAt(at);
    const layout = slot === LEFT_OUT ? undefined : series.layoutOf(slot);
    const reached = passStretch(stretches, block, layout, points, at, to, cycle);
    if (reached < to) return reached;
    at = to;
  }
  return end;
}

/** @param layout of all series of the stretch; `undefined` where all are left out */
function passStretch(
  stretches: Stretches,
  block: PositionBlock,
  layout: Layout | undefined,
  points: readonly DataPoint[],
  from: number,
  end: number,
  cycle: Cycle,
): number {
  switch (layout?.kind) {
    case undefined:
      return skipLeftOut(block, points, from, end);
    case 'scalar':
      return writeScalars(stretches, block, points as readonly DataPoint<number>[], from, end, cycle);
    case 'histogram':
      return writeHistograms(
        stretches,
        block,
        layout,
        points as readonly DataPoint<HistogramValue>[],
        from,
        end,
        cycle,
      );
    case 'exponential':
      return writeExponentials(stretches, block, layout, points as ExponentialPoints, from, end, cycle);
    case 'summary':
      return writeSummaries(stretches, block, layout, points as readonly DataPoint<SummaryValue>[], from, end, cycle);
  }
}

/** Passes over data points of a stretch that is left out: only their attributes are compared. */
function skipLeftOut({ attributes }: PositionBlock, points: readonly DataPoint[], from: number, end: number): number {
  let at = from;
  while (at < end && Object.is((points[at] as DataPoint).attributes, attributes[at & BLOCK_MASK])) at++;
  return at;
}

function writeScalars(
  stretches: Stretches,
  block: PositionBlock,
  points: readonly DataPoint<number>[],
  from: number,
  end: number,
  cycle: Cycle,
): number {
  const { attributes, startTimes, starts } = block;
  const { values, generation } = cycle.columns.written;
  const hasStarts = stretches.hasStarts(generation);
  let index = from & BLOCK_MASK;
  let offset = block.offsets[index] as number;
  for (let i = from; i < end; i++, index++) {
    const { attributes: own, startTime, value } = points[i] as DataPoint<number>;
    if (!Object.is(own, attributes[index])) return i;
    const isOther = !Object.is(startTime, startTimes[index]);
    if (isOther) stretches.noteStart(block, index, startTime, cycle.generation);
    if (isOther || !hasStarts) values[offset + START] = starts[index] as number;
    writeScalar(values, offset, value);
    offset += SCALAR_STRIDE;
  }
  return end;
}

function writeHistograms(
  stretches: Stretches,
  block: PositionBlock,
  layout: HistogramLayout,
  points: readonly DataPoint<HistogramValue>[],
  from: number,
  end: number,
  cycle: Cycle,
): number {
  const { attributes, startTimes, starts, counts } = block;
  const { values, generation } = cycle.columns.written;
  const hasStarts = stretches.hasStarts(generation);
  const stride = strideOf(layout);
  /** Those that were last seen to be the layout's bounds: nearly always the next series has the same array. */
  let bounds: readonly number[] | undefined;
  let index = from & BLOCK_MASK;
  let offset = block.offsets[index] as number;
  for (let i = from; i < end; i++, index++) {
    const { attributes: own, startTime, value } = points[i] as DataPoint<HistogramValue>;
    if (!Object.is(own, attributes[index])) return i;
    const { boundaries, counts: ownCounts } = value.buckets;
    if (!Object.is(boundaries, bounds)) {
      if (!hasBounds(layout, boundaries)) return i;
      bounds = boundaries;
    }
    const sameCounts = Object.is(ownCounts, counts[index]);
    if (!fitsHistogram(layout, value, sameCounts)) return i;
    const isOther = !Object.is(startTime, startTimes[index]);
    if (isOther) stretches.noteStart(block, index, startTime, cycle.generation);
    if (isOther || !hasStarts) values[offset + START] = starts[index] as number;
    writeHistogram(block, index, offset, layout.buckets, value, sameCounts, cycle);
    offset += stride;
  }
  return end;
}

function writeExponentials(
  stretches: Stretches,
  block: PositionBlock,
  layout: ExponentialLayout,
  points: ExponentialPoints,
  from: number,
  end: number,
  cycle: Cycle,
): number {
  const { attributes, startTimes, starts } = block;
  const { values, generation } = cycle.columns.written;
  const hasStarts = stretches.hasStarts(generation);
  const stride = strideOf(layout);
  let index = from & BLOCK_MASK;
  let offset = block.offsets[index] as number;
  for (let i = from; i < end; i++, index++) {
    const { attributes: own, startTime, value } = points[i] as DataPoint<ExponentialHistogramValue>;
    if (!Object.is(own, attributes[index]) || !fits(layout, value)) return i;
    const isOther = !Object.is(startTime, startTimes[index]);
    if (isOther) stretches.noteStart(block, index, startTime, cycle.generation);
    if (isOther || !hasStarts) values[offset + START] = starts[index] as number;
    writeExponential(values, offset, layout, value);
    offset += stride;
  }
  return end;
}

function writeSummaries(
  stretches: Stretches,
  block: PositionBlock,
  layout: SummaryLayout,
  points: readonly DataPoint<SummaryValue>[],
  from: number,
  end: number,
  cycle: Cycle,
): number {
  const { attributes, startTimes, starts } = block;
  const { values, generation } = cycle.columns.written;
  const hasStarts = stretches.hasStarts(generation);
  const stride = strideOf(layout);
  let index = from & BLOCK_MASK;
  let offset = block.offsets[index] as number;
  for (let i = from; i < end; i++, index++) {
    const { attributes: own, startTime, value } = points[i] as DataPoint<SummaryValue>;
    if (!Object.is(own, attributes[index]) || !fitsSummary(layout, value)) return i;
    const isOther = !Object.is(startTime, startTimes[index]);
    if (isOther) stretches.noteStart(block, index, startTime, cycle.generation);
    if (isOther || !hasStarts) values[offset + START] = starts[index] as number;
    writeSummary(values, offset, layout.quantiles.length, value);
    offset += stride;
  }
  return end;
}
