/**
 * Adds what an exponential histogram has counted since the last collection, as sdk-metrics' `ExponentialHistogramAggregator`
 * does: the same scale and the same buckets come out.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/packages/sdk-metrics/src/aggregator/ExponentialHistogram.ts
 */
import {
  COUNT,
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  EXP_ZERO_COUNT,
  MAX,
  MIN,
  SUM,
  type ExponentialLayout,
} from '../snapshot';
import { lowerIndex, stepsToFit } from './scale';

/** sdk-metrics' default: buckets of one sign at the most. */
export const DEFAULT_MAX_SIZE = 160;

export interface ExponentialNumbers {
  readonly values: Float64Array;
  /** Index of the first of them, the start time. */
  readonly at: number;
  readonly layout: ExponentialLayout;
}

/** One histogram after the other, so that nothing is left for the garbage collector. */
export class ExponentialMerge {
  /** Whether the layout of the result has these numbers. */
  sum = false;
  min = false;
  max = false;
  readonly positive = new Side();
  readonly negative = new Side();
  private readonly moments = new Float64Array(MAX + 1);
  private scale = 0;
  private zeroCount = 0;

  /** @param maxSize buckets of one sign that the result has at the most, from 2 on */
  merge(before: ExponentialNumbers, delta: ExponentialNumbers, maxSize: number): void {
    const { positive, negative } = this;
    this.addMoments(before, delta);
    positive.begin(before, delta, EXP_POSITIVE_OFFSET, EXP_BUCKETS, EXP_BUCKETS);
    negative.begin(
      before,
      delta,
      EXP_NEGATIVE_OFFSET,
      EXP_BUCKETS + before.layout.positive,
      EXP_BUCKETS + delta.layout.positive,
    );
    const scaleBefore = at(before, EXP_SCALE);
    // A histogram that has counted only zeros has no scale, and gives 0.
    const scaleOfDelta = at(delta, COUNT) === at(delta, EXP_ZERO_COUNT) ? Infinity : at(delta, EXP_SCALE);
    const common = Math.min(scaleBefore, scaleOfDelta);
    const steps = Math.max(
      positive.stepsToFit(scaleBefore - common, scaleOfDelta - common, maxSize),
      negative.stepsToFit(scaleBefore - common, scaleOfDelta - common, maxSize),
    );
    const scale = common - steps;
    for (const side of [positive, negative]) side.add(scaleBefore - scale, scaleOfDelta - scale);
    this.zeroCount = at(before, EXP_ZERO_COUNT) + at(delta, EXP_ZERO_COUNT);
    this.scale = this.zeroCount === this.moments[COUNT] ? 0 : scale;
  }

  private addMoments(before: ExponentialNumbers, delta: ExponentialNumbers): void {
    const { moments } = this;
    moments[COUNT] = at(before, COUNT) + at(delta, COUNT);
    moments[SUM] = at(before, SUM) + at(delta, SUM);
    const isOnly = at(before, COUNT) === 0;
    const isNone = at(delta, COUNT) === 0;
    moments[MIN] = runningOf(before, delta, 'min', isOnly, isNone);
    moments[MAX] = runningOf(before, delta, 'max', isOnly, isNone);
    this.sum = before.layout.sum || delta.layout.sum;
    this.min = before.layout.min || delta.layout.min;
    this.max = before.layout.max || delta.layout.max;
  }

  /** Whether the result can be written in that layout. */
  fits(layout: ExponentialLayout): boolean {
    const { positive, negative, sum, min, max } = this;
    return (
      positive.length <= layout.positive &&
      negative.length <= layout.negative &&
      sum === layout.sum &&
      min === layout.min &&
      max === layout.max
    );
  }

  /** Writes all but the start time, in a layout that fits. */
  write(values: Float64Array, offset: number, layout: ExponentialLayout): void {
    const { moments, positive, negative } = this;
    for (let i = COUNT; i <= MAX; i++) values[offset + i] = moments[i] as number;
    values[offset + EXP_SCALE] = this.scale;
    values[offset + EXP_ZERO_COUNT] = this.zeroCount;
    values[offset + EXP_POSITIVE_OFFSET] = positive.offset;
    values[offset + EXP_POSITIVE_LENGTH] = positive.length;
    values[offset + EXP_NEGATIVE_OFFSET] = negative.offset;
    values[offset + EXP_NEGATIVE_LENGTH] = negative.length;
    positive.write(values, offset + EXP_BUCKETS);
    negative.write(values, offset + EXP_BUCKETS + layout.positive);
  }
}

function at({ values, at: first }: ExponentialNumbers, index: number): number {
  return values[first + index] as number;
}

/** The lowest or highest value so far: of both, or of the only one that has it and has counted something. */
function runningOf(
  before: ExponentialNumbers,
  delta: ExponentialNumbers,
  which: 'min' | 'max',
  isOnly: boolean,
  isNone: boolean,
): number {
  const index = which === 'min' ? MIN : MAX;
  const old = at(before, index);
  const own = at(delta, index);
  if (!delta.layout[which] || (isNone && before.layout[which])) return old;
  if (!before.layout[which] || isOnly) return own;
  return (which === 'min' ? old < own : old > own) ? old : own;
}

/** Buckets of one sign. */
class Side {
  offset = 0;
  length = 0;
  private counts = new Float64Array(DEFAULT_MAX_SIZE);
  private readonly before = new Buckets();
  private readonly delta = new Buckets();

  /** @param field of the offset, before that of the length */
  begin(
    before: ExponentialNumbers,
    delta: ExponentialNumbers,
    field: number,
    bucketsBefore: number,
    bucketsOfDelta: number,
  ): void {
    this.before.begin(before, field, bucketsBefore);
    this.delta.begin(delta, field, bucketsOfDelta);
  }

  /**
   * By how many steps the scale is lowered so that all have room.
   * @param stepsBefore by how many the scale before is lowered already
   */
  stepsToFit(stepsBefore: number, stepsOfDelta: number, maxSize: number): number {
    const { before, delta } = this;
    // A side without buckets counts as the range from 0 to -1, as it does in sdk-metrics.
    const low = Math.min(before.lowAt(stepsBefore), delta.lowAt(stepsOfDelta));
    const high = Math.max(before.highAt(stepsBefore), delta.highAt(stepsOfDelta));
    return stepsToFit(low, high, maxSize);
  }

  add(stepsBefore: number, stepsOfDelta: number): void {
    const { before, delta } = this;
    before.trim();
    const low = Math.min(before.firstAt(stepsBefore), delta.firstAt(stepsOfDelta));
    const high = Math.max(before.lastAt(stepsBefore), delta.lastAt(stepsOfDelta));
    this.length = low === Infinity ? 0 : high - low + 1;
    this.offset = this.length === 0 ? 0 : low;
    if (this.length > this.counts.length) this.counts = new Float64Array(this.length);
    this.counts.fill(0, 0, this.length);
    before.addTo(this.counts, this.offset, stepsBefore);
    delta.addTo(this.counts, this.offset, stepsOfDelta);
  }

  write(values: Float64Array, offset: number): void {
    for (let i = 0; i < this.length; i++) values[offset + i] = this.counts[i] as number;
  }
}

const NO_VALUES = new Float64Array(0);

class Buckets {
  private values: Float64Array = NO_VALUES;
  /** Index of the first count. */
  private at = 0;
  private offset = 0;
  private length = 0;

  begin(numbers: ExponentialNumbers, field: number, buckets: number): void {
    this.values = numbers.values;
    this.at = numbers.at + buckets;
    this.offset = at(numbers, field);
    this.length = at(numbers, field + 1);
  }

  lowAt(steps: number): number {
    return this.length === 0 ? 0 : lowerIndex(this.offset, steps);
  }

  highAt(steps: number): number {
    return this.length === 0 ? -1 : lowerIndex(this.offset + this.length - 1, steps);
  }

  firstAt(steps: number): number {
    return this.length === 0 ? Infinity : this.lowAt(steps);
  }

  lastAt(steps: number): number {
    return this.length === 0 ? -Infinity : this.highAt(steps);
  }

  /** Leaves out empty buckets at both ends. */
  trim(): void {
    while (this.length > 0 && this.values[this.at + this.length - 1] === 0) this.length--;
    while (this.length > 0 && this.values[this.at] === 0) {
      this.at++;
      this.offset++;
      this.length--;
    }
  }

  addTo(counts: Float64Array, offset: number, steps: number): void {
    for (let i = 0; i < this.length; i++) {
      const to = lowerIndex(this.offset + i, steps) - offset;
      counts[to] = (counts[to] as number) + (this.values[this.at + i] as number);
    }
  }
}
