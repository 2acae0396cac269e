/** The numbers of a run that has answered, as they are read: what is valid in them, and where they are added. */
import { COUNT, HISTOGRAM_BUCKETS, START, SUMMARY_VALUES } from '../../../../core/snapshot';
import { totalOf } from '../../numbers/counts';
import type { Carried } from './carried';

/** What a page is read from, and written to. */
export interface Numbers {
  /** Of the run's snapshot. */
  readonly values: Float64Array;
  readonly last: Float64Array;
  readonly carried: Carried;
}

/** Start time of a series, 0 if it is not a number. */
export function startAt(values: Float64Array, at: number): number {
  const start = values[at + START]!;
  return Number.isFinite(start) ? start : 0;
}

/**
 * Whether the buckets of a histogram are valid and add up to its count: otherwise no format could show the sum of all runs. A
 * summary has no buckets.
 */
export function areCounts(values: Float64Array, at: number, stride: number): boolean {
  if (stride === SUMMARY_VALUES) return !Number.isNaN(totalOf(values, at + COUNT, 1));
  return totalOf(values, at + HISTOGRAM_BUCKETS, stride - HISTOGRAM_BUCKETS) === values[at + COUNT];
}
