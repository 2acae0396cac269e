/** Moves an exponential histogram's numbers to a layout of another bucket capacity. */
import { EXP_BUCKETS, type ExponentialLayout } from '../snapshot';

interface ExponentialNumbers {
  readonly values: Float64Array;
  /** Index of the first of them. */
  readonly at: number;
  readonly layout: ExponentialLayout;
}

/**
 * Copies the numbers to a place that does not overlap with theirs. Capacity that the bucket counts do not use there is
 * zero; counts that have no room there are lost.
 */
export function moveExponential(from: ExponentialNumbers, to: ExponentialNumbers): void {
  const { values: source, layout: before } = from;
  const { values: target, layout: after } = to;
  const copy = (first: number, firstAfter: number, count: number, capacity: number): void => {
    const moved = Math.min(count, capacity);
    target.set(source.subarray(first, first + moved), firstAfter);
    target.fill(0, firstAfter + moved, firstAfter + capacity);
  };
  const buckets = from.at + EXP_BUCKETS;
  const bucketsAfter = to.at + EXP_BUCKETS;
  copy(from.at, to.at, EXP_BUCKETS, EXP_BUCKETS);
  copy(buckets, bucketsAfter, before.positive, after.positive);
  copy(buckets + before.positive, bucketsAfter + after.positive, before.negative, after.negative);
}
