/**
 * Lower scales of exponential histograms. At scale `s`, bucket `i` holds what lies above `base ** i` and up to
 * `base ** (i + 1)`, with `base = 2 ** (2 ** -s)`. Two neighbours, `2i` and `2i + 1`, are bucket `i` of the next lower scale:
 * counts of different scales add up exactly at the lower one of them.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponential-scale
 */

/** The bucket, `steps` scales lower, in which bucket `index` lies. @param steps from 0 on */
export function lowerIndex(index: number, steps: number): number {
  // Shifting is faster, and JavaScript shifts 32-bit numbers by at most 31 bits.
  return (index | 0) === index && steps < 32 ? index >> steps : Math.floor(index / 2 ** steps);
}

/**
 * By how many steps the scale has to be lowered until the buckets `low` to `high` are at most `capacity` ones.
 *
 * @param capacity at least 2: the buckets below and above index 0 never become one
 */
export function stepsToFit(low: number, high: number, capacity: number): number {
  let steps = 0;
  while (lowerIndex(high, steps) - lowerIndex(low, steps) >= capacity) steps++;
  return steps;
}

/** Counts of neighbouring buckets of one scale. */
export interface BucketCounts {
  readonly counts: Float64Array;
  /** Where in `counts` the count of bucket `low` stands; those of the following buckets stand behind it. */
  readonly at: number;
  /** Indices of the first and the last bucket. There is none if `low > high`. */
  readonly low: number;
  readonly high: number;
}

/** Adds counts to those of a scale that is `steps` lower, which have room for them. */
export function addAtLowerScale(source: BucketCounts, steps: number, target: BucketCounts): void {
  const first = source.at - source.low;
  const base = target.at - target.low;
  const { counts } = target;
  for (let index = source.low; index <= source.high; index++) {
    const at = base + lowerIndex(index, steps);
    counts[at] = (counts[at] as number) + (source.counts[first + index] as number);
  }
}
