/**
 * Adds exponential histograms where they stand in a column. The sum gets the lower one of the two scales, or a still lower
 * one if the layout's bucket capacity asks for it.
 */
import { addAtLowerScale, lowerIndex, stepsToFit, type BucketCounts } from '../../../core/exponential/scale';
import {
  COUNT,
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  EXP_ZERO_COUNT,
  SUM,
  type ExponentialLayout,
} from '../../../core/snapshot';
import { totalOf } from './counts';

/** Bounds of what is believed: more than any SDK makes, and still exact to calculate with. */
const MAX_INDEX = 2 ** 31;
const MAX_SCALE = 64;

/** Where a histogram has the buckets of one sign: distances from its first number. */
interface Sign {
  readonly offset: number;
  readonly length: number;
  /** The first bucket count. */
  buckets(layout: ExponentialLayout): number;
  capacity(layout: ExponentialLayout): number;
}

const SIGNS: readonly Sign[] = [
  {
    offset: EXP_POSITIVE_OFFSET,
    length: EXP_POSITIVE_LENGTH,
    buckets: () => EXP_BUCKETS,
    capacity: ({ positive }) => positive,
  },
  {
    offset: EXP_NEGATIVE_OFFSET,
    length: EXP_NEGATIVE_LENGTH,
    buckets: ({ positive }) => EXP_BUCKETS + positive,
    capacity: ({ negative }) => negative,
  },
];

/** A histogram in a column. */
export interface ExponentialAt {
  readonly values: Float64Array;
  /** Index of its first number. */
  readonly at: number;
  readonly layout: ExponentialLayout;
}

/**
 * Whether the numbers are those of a histogram, whose buckets have no more than its count: otherwise no format could show the
 * sum of all runs. An instance may have sent any.
 */
export function isExponential({ values, at, layout }: ExponentialAt): boolean {
  const scale = values[at + EXP_SCALE] as number;
  let total = totalOf(values, at + EXP_ZERO_COUNT, 1);
  if (!Number.isInteger(scale) || Math.abs(scale) > MAX_SCALE) return false;
  const areBuckets = SIGNS.every((sign) => {
    const offset = values[at + sign.offset] as number;
    const length = values[at + sign.length] as number;
    if (!Number.isInteger(offset) || Math.abs(offset) > MAX_INDEX) return false;
    if (!Number.isInteger(length) || length < 0 || length > sign.capacity(layout)) return false;
    total += totalOf(values, at + sign.buckets(layout), length);
    return true;
  });
  return areBuckets && total <= totalOf(values, at + COUNT, 1);
}

/**
 * Adds a histogram to another one, at the lower scale. Buckets of a sign for which the target has no capacity count as zeros.
 */
export function addExponential(target: ExponentialAt, source: ExponentialAt): void {
  const ours = SIGNS.map((sign) => usedBuckets(target, sign));
  const theirs = SIGNS.map((sign) => (hasRoom(target.layout, sign) ? usedBuckets(source, sign) : NOTHING));
  const ourScale = scaleOf(target, ours);
  const theirScale = scaleOf(source, theirs);
  let scale = Math.min(ourScale, theirScale);
  if (scale === Infinity) scale = source.values[source.at + EXP_SCALE] as number;
  else {
    const unions = SIGNS.map((_, i) =>
      union(atLowerScale(ours[i]!, ourScale - scale), atLowerScale(theirs[i]!, theirScale - scale)),
    );
    const steps = Math.max(
      ...SIGNS.map((sign, i) =>
        isEmpty(theirs[i]!) ? 0 : stepsToFit(unions[i]!.low, unions[i]!.high, sign.capacity(target.layout)),
      ),
    );
    scale -= steps;
    SIGNS.forEach((sign, i) => {
      const range = atLowerScale(unions[i]!, steps);
      const sum = { counts: new Float64Array(Math.max(0, range.high - range.low + 1)), at: 0, ...range };
      addAtLowerScale(ours[i]!, ourScale - scale, sum);
      addAtLowerScale(theirs[i]!, theirScale - scale, sum);
      writeBuckets(target, sign, sum);
    });
  }
  addNumbers(target, source, scale);
  for (const sign of SIGNS) if (!hasRoom(target.layout, sign)) addZeros(target, usedBuckets(source, sign));
}

/** The buckets on both sides of index 0 never become one: two have room for all. */
function hasRoom(layout: ExponentialLayout, sign: Sign): boolean {
  return sign.capacity(layout) >= 2;
}

function addZeros({ values, at }: ExponentialAt, { counts, at: first, low, high }: BucketCounts): void {
  for (let i = 0; i <= high - low; i++) values[at + EXP_ZERO_COUNT]! += counts[first + i]!;
}

interface BucketRange {
  readonly low: number;
  readonly high: number;
}

const NO_BUCKETS: BucketRange = { low: Infinity, high: -Infinity };
const NOTHING: BucketCounts = { counts: new Float64Array(), at: 0, ...NO_BUCKETS };

/** The buckets of one sign, without empty ones at both ends. */
function usedBuckets({ values, at, layout }: ExponentialAt, sign: Sign): BucketCounts {
  const first = at + sign.buckets(layout);
  const offset = values[at + sign.offset] as number;
  let start = 0;
  let end = values[at + sign.length] as number;
  while (start < end && values[first + start] === 0) start++;
  while (end > start && values[first + end - 1] === 0) end--;
  const range = start === end ? NO_BUCKETS : { low: offset + start, high: offset + end - 1 };
  return { counts: values, at: first + start, ...range };
}

/** Infinite for a histogram whose buckets are all empty: it fits any scale. */
function scaleOf({ values, at }: ExponentialAt, signs: readonly BucketRange[]): number {
  return signs.every(isEmpty) ? Infinity : (values[at + EXP_SCALE] as number);
}

function isEmpty({ low, high }: BucketRange): boolean {
  return low > high;
}

function atLowerScale(range: BucketRange, steps: number): BucketRange {
  return isEmpty(range) ? NO_BUCKETS : { low: lowerIndex(range.low, steps), high: lowerIndex(range.high, steps) };
}

function union(a: BucketRange, b: BucketRange): BucketRange {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

function writeBuckets({ values, at, layout }: ExponentialAt, sign: Sign, { counts, low }: BucketCounts): void {
  const first = at + sign.buckets(layout);
  values.fill(0, first, first + sign.capacity(layout));
  values.set(counts, first);
  values[at + sign.offset] = counts.length === 0 ? 0 : low;
  values[at + sign.length] = counts.length;
}

/** The numbers before the buckets. */
function addNumbers({ values, at }: ExponentialAt, source: ExponentialAt, scale: number): void {
  values[at + EXP_SCALE] = scale;
  for (const i of [COUNT, SUM, EXP_ZERO_COUNT]) {
    values[at + i] = (values[at + i] as number) + (source.values[source.at + i] as number);
  }
}
