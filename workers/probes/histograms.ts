/** Reading of histograms with explicit bounds: quantiles and rate of the observations of the interval. */
import { COUNT, HISTOGRAM_BUCKETS, type HistogramLayout, type Layout } from '../../core/snapshot';
import { baselineOf, numberAt, type Interval } from './interval';
import { bucketQuantile, QUANTILES } from './quantile';
import { estimate, type Statistic, type Reading } from './reading';

export interface Buckets {
  /** Finite upper bounds in ascending order. */
  readonly bounds: readonly number[];
  /** Not cumulative; one more than `bounds`. */
  readonly counts: Float64Array;
}

/** A series without previous numbers counts with all observations that it has so far. */
export class HistogramReading implements Reading {
  private readonly rate = new CountRate();
  private readonly byBounds = new Map<string, Buckets>();
  private lastLayout: Layout | undefined;
  private lastBuckets: Buckets | undefined;

  add(interval: Interval, layout: Layout, offset: number): void {
    if (layout.kind !== 'histogram') return;
    const { values } = interval;
    const first = offset + HISTOGRAM_BUCKETS;
    const end = first + layout.buckets;
    const baseline = baselineOf(interval, offset, HISTOGRAM_BUCKETS + layout.buckets);
    const previous = baseline === 'previous' ? interval.previous : undefined;
    const before = previous !== undefined && !hasDropped(values, previous, offset, end) ? previous : undefined;

    const { counts } = this.bucketsOf(layout);
    const overflow = counts.length - 1;
    for (let index = first; index < end; index++) {
      const bucket = Math.min(index - first, overflow);
      counts[bucket]! += numberAt(values, index) - (before === undefined ? 0 : numberAt(before, index));
    }
    if (baseline !== 'unknown') {
      const count = numberAt(values, offset + COUNT);
      this.rate.add(before === undefined ? count : count - numberAt(before, offset + COUNT), interval.seconds);
    }
  }

  statistics(): Statistic[] {
    const { bounds, counts } = mergeBuckets([...this.byBounds.values()]);
    return [
      ...QUANTILES.map(([label, q]) => ({ label, value: estimate(bucketQuantile(q, bounds, counts)), inUnit: true })),
      this.rate.statistic(),
    ];
  }

  /** Most pages of a family share one layout, so comparing with the last layout mostly saves making the key. */
  private bucketsOf(layout: HistogramLayout): Buckets {
    if (layout === this.lastLayout && this.lastBuckets !== undefined) return this.lastBuckets;
    const key = layout.bounds.join();
    let buckets = this.byBounds.get(key);
    if (buckets === undefined) {
      const bounds = layout.bounds.filter((bound) => bound < Infinity);
      buckets = { bounds, counts: new Float64Array(bounds.length + 1) };
      this.byBounds.set(key, buckets);
    }
    this.lastLayout = layout;
    this.lastBuckets = buckets;
    return buckets;
  }
}

/** Observations per second, over all series whose baseline is known. */
export class CountRate {
  private count = 0;
  private seconds = NaN;

  /** @param seconds length of the interval, the same for all series */
  add(count: number, seconds: number): void {
    this.count += count;
    this.seconds = seconds;
  }

  /** Not in the metric's unit, which is the unit of the observations. */
  statistic(): Statistic {
    return { label: 'count/s', value: estimate(this.count / this.seconds), inUnit: false };
  }
}

/** Whether the count or a bucket has become smaller, which happens to a cumulative histogram only at a reset. */
function hasDropped(values: Float64Array, previous: Float64Array, offset: number, end: number): boolean {
  if (numberAt(values, offset + COUNT) < numberAt(previous, offset + COUNT)) return true;
  for (let index = offset + HISTOGRAM_BUCKETS; index < end; index++) {
    if (numberAt(values, index) < numberAt(previous, index)) return true;
  }
  return false;
}

/**
 * Merges histograms into one. It keeps the bounds that all of them have: the number of observations below such a bound
 * is exact, below any other bound it would be a guess. Histograms without observations are left out of this comparison.
 */
export function mergeBuckets(all: readonly Buckets[]): Buckets {
  const [first, ...others] = all.filter(({ counts }) => counts.some((count) => count > 0));
  if (first === undefined) return { bounds: [], counts: new Float64Array(1) };
  if (others.length === 0) return first;
  const bounds = first.bounds.filter((bound) => others.every((other) => other.bounds.includes(bound)));
  const counts = new Float64Array(bounds.length + 1);
  for (const buckets of [first, ...others]) {
    let target = 0;
    buckets.counts.forEach((count, index) => {
      const upper = buckets.bounds[index] ?? Infinity;
      while (target < bounds.length && upper > bounds[target]!) target++;
      counts[target]! += count;
    });
  }
  return { bounds, counts };
}
