/**
 * Exponential histograms added up where they stand. Bucket `i` of one scale lies within bucket `i >> 1` of the next lower
 * one, so that counts of different scales add up exactly at the lower one of them, or at one that is still lower where
 * the buckets would not have places enough.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
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
  SUM,
  type ExponentialLayout,
} from '../../../core/snapshot';

/** Larger than what any SDK makes, and small enough to be counted with. */
const LARGEST_INDEX = 2 ** 31;
const LARGEST_SCALE = 64;

interface Sign {
  readonly offset: number;
  readonly length: number;
  /** Index of its first bucket count behind the head. */
  buckets(layout: ExponentialLayout): number;
  places(layout: ExponentialLayout): number;
}

const SIGNS: readonly Sign[] = [
  {
    offset: EXP_POSITIVE_OFFSET,
    length: EXP_POSITIVE_LENGTH,
    buckets: () => EXP_BUCKETS,
    places: ({ positive }) => positive,
  },
  {
    offset: EXP_NEGATIVE_OFFSET,
    length: EXP_NEGATIVE_LENGTH,
    buckets: ({ positive }) => EXP_BUCKETS + positive,
    places: ({ negative }) => negative,
  },
];

/** Whether the numbers are those of a histogram: what comes from elsewhere need not be. */
export function isExponential(values: Float64Array, at: number, layout: ExponentialLayout): boolean {
  const scale = values[at + EXP_SCALE] as number;
  if (!isCount(values[at + COUNT]) || !isCount(values[at + EXP_ZERO_COUNT])) return false;
  if (!Number.isInteger(scale) || Math.abs(scale) > LARGEST_SCALE) return false;
  return SIGNS.every((sign) => {
    const offset = values[at + sign.offset] as number;
    const length = values[at + sign.length] as number;
    if (!Number.isInteger(offset) || Math.abs(offset) > LARGEST_INDEX) return false;
    if (!Number.isInteger(length) || length < 0 || length > sign.places(layout)) return false;
    const first = at + sign.buckets(layout);
    for (let i = first; i < first + length; i++) if (!isCount(values[i])) return false;
    return true;
  });
}

export function isCount(value: number | undefined): boolean {
  return (value as number) >= 0 && (value as number) < Infinity;
}

/** What the buckets that are not empty span, `low > high` if all are empty. */
interface Range {
  readonly low: number;
  readonly high: number;
}

const EMPTY: Range = { low: Infinity, high: -Infinity };

function rangeOf(values: Float64Array, at: number, layout: ExponentialLayout, sign: Sign): Range {
  const first = at + sign.buckets(layout);
  const offset = values[at + sign.offset] as number;
  let start = 0;
  let end = values[at + sign.length] as number;
  while (start < end && values[first + start] === 0) start++;
  while (end > start && values[first + end - 1] === 0) end--;
  return start === end ? EMPTY : { low: offset + start, high: offset + end - 1 };
}

const isEmpty = ({ low, high }: Range): boolean => low > high;

/** Index of the bucket that has it, `steps` scales lower. Shifting bits would do for 32 of them only. */
const lower = (index: number, steps: number): number =>
  Number.isFinite(index) ? Math.floor(index / 2 ** steps) : index;

/** Adds the histogram at `from` in `source` to the one at `to` in `target`. Both have the layout. */
export function addExponential(
  target: Float64Array,
  to: number,
  source: Float64Array,
  from: number,
  layout: ExponentialLayout,
): void {
  const ranges = SIGNS.map((sign) => ({
    sign,
    ours: rangeOf(target, to, layout, sign),
    theirs: rangeOf(source, from, layout, sign),
  }));
  const ourScale = scaleOf(
    target,
    to,
    ranges.every(({ ours }) => isEmpty(ours)),
  );
  const theirScale = scaleOf(
    source,
    from,
    ranges.every(({ theirs }) => isEmpty(theirs)),
  );
  let scale = Math.min(ourScale, theirScale);
  const union = (ours: Range, theirs: Range): Range => ({
    low: Math.min(lower(ours.low, ourScale - scale), lower(theirs.low, theirScale - scale)),
    high: Math.max(lower(ours.high, ourScale - scale), lower(theirs.high, theirScale - scale)),
  });
  const fits = (): boolean =>
    ranges.every(({ sign, ours, theirs }) => {
      const { low, high } = union(ours, theirs);
      return high - low < sign.places(layout);
    });
  if (scale === Infinity) scale = source[from + EXP_SCALE] as number;
  else {
    while (!fits()) scale--;
    for (const { sign, ours, theirs } of ranges) {
      const { low, high } = union(ours, theirs);
      const counts = new Float64Array(Math.max(0, high - low + 1));
      gather(counts, low, target, to, layout, sign, ours, ourScale - scale);
      gather(counts, low, source, from, layout, sign, theirs, theirScale - scale);
      const first = to + sign.buckets(layout);
      target.fill(0, first, first + sign.places(layout));
      target.set(counts, first);
      target[to + sign.offset] = counts.length === 0 ? 0 : low;
      target[to + sign.length] = counts.length;
    }
  }
  target[to + EXP_SCALE] = scale;
  for (const place of [COUNT, SUM, EXP_ZERO_COUNT]) {
    target[to + place] = (target[to + place] as number) + (source[from + place] as number);
  }
}

/** One without buckets has no say in it. */
function scaleOf(values: Float64Array, at: number, empty: boolean): number {
  return empty ? Infinity : (values[at + EXP_SCALE] as number);
}

function gather(
  counts: Float64Array,
  low: number,
  values: Float64Array,
  at: number,
  layout: ExponentialLayout,
  sign: Sign,
  range: Range,
  steps: number,
): void {
  const first = at + sign.buckets(layout) - (values[at + sign.offset] as number);
  for (let index = range.low; index <= range.high; index++) {
    const place = lower(index, steps) - low;
    counts[place] = (counts[place] as number) + (values[first + index] as number);
  }
}
