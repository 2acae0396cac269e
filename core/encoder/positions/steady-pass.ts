/**
 * The hot path: who stands at a position is who stood there last time, and its numbers go where they went. One loop
 * per kind, so that each sees one shape of value only, over series whose numbers stand one behind the other.
 *
 * What is only known by its identity is compared with `Object.is`, which looks at the two references and nothing else.
 * V8's `===` looks into both objects before, a cache miss for each: that would double the time of the whole pass.
 */
import type { DataPoint, ExponentialHistogramValue, HistogramValue } from '../../otel';
import {
  SCALAR_STRIDE,
  SCALAR_VALUE,
  START,
  strideOf,
  type ExponentialLayout,
  type HistogramLayout,
  type Layout,
} from '../../snapshot';
import type { Dictionary } from '../series/dictionary';
import { fits, fitsHistogram, writeExponential } from '../columns/layouts';
import { BLOCK_MASK, LEFT_OUT, type PositionBlock } from './position-block';
import type { Positions } from './positions';
import type { Run } from '../columns/run';
import { writeHistogram } from '../columns/write-point';

type ExponentialPoints = readonly DataPoint<ExponentialHistogramValue>[];

/**
 * Writes the numbers of the data points `from` to `end`, not included.
 * @returns the first position where somebody else stands, or whose layout no longer fits; `end` if there is none
 */
export function steadyPass(
  positions: Positions,
  dictionary: Dictionary,
  points: readonly DataPoint[],
  from: number,
  end: number,
  run: Run,
): number {
  for (let at = from; at < end;) {
    const to = Math.min(positions.stretchEnd(at, run.generation), end);
    const block = positions.blockOf(at);
    const slot = block.slots[at & BLOCK_MASK] as number;
    const layout = slot === LEFT_OUT ? undefined : dictionary.pageOf(slot).page.layout;
    const reached = passStretch(positions, block, layout, points, at, to, run);
    if (reached < to) return reached;
    at = to;
  }
  return end;
}

/** @param layout `undefined` where all are left out */
function passStretch(
  positions: Positions,
  block: PositionBlock,
  layout: Layout | undefined,
  points: readonly DataPoint[],
  from: number,
  end: number,
  run: Run,
): number {
  switch (layout?.kind) {
    case undefined:
      return passOver(block, points, from, end);
    case 'scalar':
      return scalars(positions, block, points as readonly DataPoint<number>[], from, end, run);
    case 'histogram':
      return histograms(positions, block, layout, points as readonly DataPoint<HistogramValue>[], from, end, run);
    case 'exponential':
      return exponentials(positions, block, layout, points as ExponentialPoints, from, end, run);
  }
}

function passOver({ attributes }: PositionBlock, points: readonly DataPoint[], from: number, end: number): number {
  let at = from;
  while (at < end && Object.is((points[at] as DataPoint).attributes, attributes[at & BLOCK_MASK])) at++;
  return at;
}

function scalars(
  positions: Positions,
  block: PositionBlock,
  points: readonly DataPoint<number>[],
  from: number,
  end: number,
  run: Run,
): number {
  const { attributes, startTimes, starts } = block;
  const { values, generation } = run.column;
  const hasStarts = positions.hasStarts(generation);
  let index = from & BLOCK_MASK;
  let offset = block.offsets[index] as number;
  for (let i = from; i < end; i++, index++) {
    const { attributes: own, startTime, value } = points[i] as DataPoint<number>;
    if (!Object.is(own, attributes[index])) return i;
    const isOther = !Object.is(startTime, startTimes[index]);
    if (isOther) positions.restart(block, index, startTime, run.generation);
    if (isOther || !hasStarts) values[offset + START] = starts[index] as number;
    values[offset + SCALAR_VALUE] = value;
    offset += SCALAR_STRIDE;
  }
  return end;
}

function histograms(
  positions: Positions,
  block: PositionBlock,
  layout: HistogramLayout,
  points: readonly DataPoint<HistogramValue>[],
  from: number,
  end: number,
  run: Run,
): number {
  const { attributes, startTimes, starts, counts } = block;
  const { values, generation } = run.column;
  const hasStarts = positions.hasStarts(generation);
  const stride = strideOf(layout);
  let index = from & BLOCK_MASK;
  let offset = block.offsets[index] as number;
  for (let i = from; i < end; i++, index++) {
    const { attributes: own, startTime, value } = points[i] as DataPoint<HistogramValue>;
    const sameCounts = Object.is(value.buckets.counts, counts[index]);
    if (!Object.is(own, attributes[index]) || !fitsHistogram(layout, value, sameCounts)) return i;
    const isOther = !Object.is(startTime, startTimes[index]);
    if (isOther) positions.restart(block, index, startTime, run.generation);
    if (isOther || !hasStarts) values[offset + START] = starts[index] as number;
    writeHistogram(block, index, offset, value, sameCounts, run);
    offset += stride;
  }
  return end;
}

function exponentials(
  positions: Positions,
  block: PositionBlock,
  layout: ExponentialLayout,
  points: ExponentialPoints,
  from: number,
  end: number,
  run: Run,
): number {
  const { attributes, startTimes, starts } = block;
  const { values, generation } = run.column;
  const hasStarts = positions.hasStarts(generation);
  const stride = strideOf(layout);
  let index = from & BLOCK_MASK;
  let offset = block.offsets[index] as number;
  for (let i = from; i < end; i++, index++) {
    const { attributes: own, startTime, value } = points[i] as DataPoint<ExponentialHistogramValue>;
    if (!Object.is(own, attributes[index]) || !fits(layout, value)) return i;
    const isOther = !Object.is(startTime, startTimes[index]);
    if (isOther) positions.restart(block, index, startTime, run.generation);
    if (isOther || !hasStarts) values[offset + START] = starts[index] as number;
    writeExponential(values, offset, layout, value);
    offset += stride;
  }
  return end;
}
