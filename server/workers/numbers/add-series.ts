/**
 * Adds the numbers of one series to those of another, whatever their layouts are. Count and sum are always added. An old
 * bucket counts in the bucket that holds its upper bound, so that the bucket +Inf stays the count.
 */
import { lowerIndex, stepsToFit } from '../../../core/exponential/scale';
import {
  COUNT,
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  EXP_ZERO_COUNT,
  HISTOGRAM_BUCKETS,
  SCALAR_VALUE,
  SUM,
  strideOf,
  type ExponentialLayout,
  type HistogramLayout,
  type Layout,
} from '../../../core/snapshot';
import { addExponential, type ExponentialAt } from './exponential';

/** Where the numbers of a series stand. */
export interface SeriesAt {
  readonly values: Float64Array;
  /** Index of the first of them. */
  readonly at: number;
  readonly layout: Layout;
}

/** @param target is written; both are scalars, both are histograms, or both are summaries, of which the target's quantiles stay */
export function addSeries(target: SeriesAt, source: SeriesAt): void {
  const { values, at, layout } = target;
  if (layout.kind === 'scalar') {
    values[at + SCALAR_VALUE]! += source.values[source.at + SCALAR_VALUE]!;
    return;
  }
  if (layout.kind === 'exponential') addExponential({ values, at, layout }, asExponential(source, target));
  else {
    values[at + COUNT]! += source.values[source.at + COUNT]!;
    values[at + SUM]! += source.values[source.at + SUM]!;
    if (layout.kind !== 'histogram') return;
    forEachBucket(source, (bound, count) => (values[at + HISTOGRAM_BUCKETS + bucketOf(bound, layout)]! += count));
  }
}

/** @returns index of the bucket that holds the number */
export function bucketOf(bound: number, { bounds, buckets }: HistogramLayout): number {
  let low = 0;
  for (let high = bounds.length; low < high;) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! >= bound) high = middle;
    else low = middle + 1;
  }
  return Math.min(low, buckets - 1);
}

type VisitBucket = (upperBound: number, count: number) => void;

function forEachBucket({ values, at, layout }: SeriesAt, visit: VisitBucket): void {
  if (layout.kind === 'histogram') {
    for (let i = 0; i < layout.buckets; i++) visit(layout.bounds[i] ?? Infinity, values[at + HISTOGRAM_BUCKETS + i]!);
  } else if (layout.kind === 'exponential') {
    const width = 2 ** -values[at + EXP_SCALE]!;
    const negativeAt = at + EXP_BUCKETS + layout.positive;
    for (let i = 0; i < values[at + EXP_NEGATIVE_LENGTH]!; i++) {
      visit(-(2 ** ((values[at + EXP_NEGATIVE_OFFSET]! + i) * width)), values[negativeAt + i]!);
    }
    visit(0, values[at + EXP_ZERO_COUNT]!);
    for (let i = 0; i < values[at + EXP_POSITIVE_LENGTH]!; i++) {
      visit(2 ** ((values[at + EXP_POSITIVE_OFFSET]! + i + 1) * width), values[at + EXP_BUCKETS + i]!);
    }
  }
}

/** The source as an exponential histogram that can be added to the target. */
function asExponential(source: SeriesAt, target: SeriesAt): ExponentialAt {
  const { values, at, layout } = source;
  if (layout.kind === 'exponential') return { values, at, layout };
  const sides = [new Side(1, capacityOf(target, 1)), new Side(-1, capacityOf(target, -1))] as const;
  const scale = Math.min(MAX_SCALE, target.values[target.at + EXP_SCALE]!);
  let zero = 0;
  const highest = layout.kind === 'histogram' ? Math.max(0, ...layout.bounds.filter(Number.isFinite)) : 0;
  forEachBucket(source, (bound, count) => {
    // No bucket holds +Infinity: what is above all bounds counts in the bucket behind the last bound.
    const side = sides[bound < 0 ? 1 : 0];
    const isBeyond = bound === Infinity && highest > 0;
    if (isBeyond) sides[0].add(indexOf(highest, scale) + 1, count);
    else if (bound === 0 || !Number.isFinite(bound) || side.capacity < 2) zero += count;
    else side.add(indexOf(Math.abs(bound), scale), count);
  });
  return exponentialOf(sides, scale, { values, at, zero });
}

/** More than explicit bounds tell apart, and few enough buckets to list them. */
const MAX_SCALE = 8;

/** The bucket of a number above zero: that of index i reaches from base^i, not included, to base^(i + 1). */
function indexOf(value: number, scale: number): number {
  return Math.ceil(Math.log2(value) * 2 ** scale) - 1;
}

function capacityOf({ layout }: SeriesAt, sign: 1 | -1): number {
  if (layout.kind !== 'exponential') return 0;
  return sign > 0 ? layout.positive : layout.negative;
}

/** Counts by index of the bucket, of one sign. */
class Side {
  readonly counts = new Map<number, number>();
  low = Infinity;
  high = -Infinity;

  constructor(
    readonly sign: 1 | -1,
    readonly capacity: number,
  ) {}

  add(index: number, count: number): void {
    if (count === 0) return;
    this.counts.set(index, (this.counts.get(index) ?? 0) + count);
    this.low = Math.min(this.low, index);
    this.high = Math.max(this.high, index);
  }

  get steps(): number {
    return this.counts.size === 0 ? 0 : stepsToFit(this.low, this.high, Math.max(2, this.capacity));
  }

  lengthAt(steps: number): number {
    return this.counts.size === 0 ? 0 : lowerIndex(this.high, steps) - lowerIndex(this.low, steps) + 1;
  }
}

function exponentialOf(
  [positive, negative]: readonly [Side, Side],
  scale: number,
  { values, at, zero }: { readonly values: Float64Array; readonly at: number; readonly zero: number },
): ExponentialAt {
  const steps = Math.max(positive.steps, negative.steps);
  const moments = { sum: true, min: false, max: false };
  const lengths = [positive.lengthAt(steps), negative.lengthAt(steps)] as const;
  const layout: ExponentialLayout = { kind: 'exponential', positive: lengths[0], negative: lengths[1], ...moments };
  const numbers = new Float64Array(strideOf(layout));
  numbers[COUNT] = values[at + COUNT]!;
  numbers[SUM] = values[at + SUM]!;
  numbers[EXP_SCALE] = scale - steps;
  numbers[EXP_ZERO_COUNT] = zero;
  const write = ({ counts, low }: Side, offset: number, first: number, length: number): void => {
    if (length === 0) return;
    const base = lowerIndex(low, steps);
    numbers[offset] = base;
    numbers[offset + 1] = length;
    for (const [index, count] of counts) numbers[first + lowerIndex(index, steps) - base]! += count;
  };
  write(positive, EXP_POSITIVE_OFFSET, EXP_BUCKETS, lengths[0]);
  write(negative, EXP_NEGATIVE_OFFSET, EXP_BUCKETS + lengths[0], lengths[1]);
  return { values: numbers, at: 0, layout };
}
