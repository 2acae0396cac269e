/** Histograms with explicit bounds: quantiles and rate of what was recorded since the previous snapshot. */
import { COUNT, HISTOGRAM_BUCKETS, type HistogramLayout, type Layout } from '../../core/snapshot';
import { baselineOf, numberAt, type Columns } from './columns';
import { bucketQuantile, QUANTILES } from './quantile';
import { estimate, type Part, type Reading } from './reading';

export interface Buckets {
  /** Finite upper bounds. */
  readonly bounds: readonly number[];
  /** Not cumulative; one more than bounds. */
  readonly counts: Float64Array;
}

/** A series at first sight counts with everything that it has recorded so far. */
export class HistogramReading implements Reading {
  private readonly rate = new CountRate();
  private readonly byBounds = new Map<string, Buckets>();
  private lastLayout: Layout | undefined;
  private lastBuckets: Buckets | undefined;

  add(columns: Columns, layout: Layout, offset: number): void {
    if (layout.kind !== 'histogram') return;
    const { values } = columns;
    const first = offset + HISTOGRAM_BUCKETS;
    const end = first + layout.buckets;
    const baseline = baselineOf(columns, offset, HISTOGRAM_BUCKETS + layout.buckets);
    const previous = baseline === 'previous' ? columns.previous : undefined;
    const before = previous !== undefined && !hasDropped(values, previous, offset, end) ? previous : undefined;

    const { counts } = this.bucketsOf(layout);
    const overflow = counts.length - 1;
    for (let index = first; index < end; index++) {
      const bucket = Math.min(index - first, overflow);
      counts[bucket]! += numberAt(values, index) - (before === undefined ? 0 : numberAt(before, index));
    }
    if (baseline !== 'unknown') {
      const count = numberAt(values, offset + COUNT);
      this.rate.add(before === undefined ? count : count - numberAt(before, offset + COUNT), columns.seconds);
    }
  }

  parts(): Part[] {
    const { bounds, counts } = mergeBuckets([...this.byBounds.values()]);
    return [
      ...QUANTILES.map(([label, q]) => ({ label, value: estimate(bucketQuantile(q, bounds, counts)), inUnit: true })),
      this.rate.part(),
    ];
  }

  /** Pages of one family share their layout as a rule, so that the text is hardly ever needed. */
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

/** Observations per second over all series that were there one snapshot earlier. */
export class CountRate {
  private count = 0;
  private seconds = NaN;

  /** The seconds are those between the two snapshots, the same for all series. */
  add(count: number, seconds: number): void {
    this.count += count;
    this.seconds = seconds;
  }

  /** Without the metric's unit, which is that of the observations. */
  part(): Part {
    return { label: 'count/s', value: estimate(this.count / this.seconds), inUnit: false };
  }
}

/** Neither the count nor a bucket of a cumulative histogram ever gets smaller, unless it began anew. */
function hasDropped(values: Float64Array, previous: Float64Array, offset: number, end: number): boolean {
  if (numberAt(values, offset + COUNT) < numberAt(previous, offset + COUNT)) return true;
  for (let index = offset + HISTOGRAM_BUCKETS; index < end; index++) {
    if (numberAt(values, index) < numberAt(previous, index)) return true;
  }
  return false;
}

/**
 * One histogram of several. Where bounds differ, only those that all of them have are kept: how many observations
 * lie below such a bound is known exactly, below any other it would be a guess. What has no observations has no say.
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
