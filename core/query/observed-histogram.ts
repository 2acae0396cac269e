/** What histograms with explicit bounds have observed in an interval, taken together. */
import { COUNT, HISTOGRAM_BUCKETS, type HistogramLayout, type Layout } from '../snapshot';
import { addKnown, baselineOf, hasDropped, numberAt, type ComparedFamily } from './compared-family';
import { bucketQuantile } from './quantile';

export interface Buckets {
  /** Finite upper bounds in ascending order. */
  readonly bounds: readonly number[];
  /** Not cumulative; one more than `bounds`. */
  readonly counts: Float64Array;
}

/** A series without previous numbers counts with all observations that it has so far. */
export class ObservedHistogram {
  /** Observations of the series of which the change is known; `NaN`: of none. */
  count = NaN;
  private readonly byBounds = new Map<string, Buckets>();
  private lastLayout: Layout | undefined;
  private lastBuckets: Buckets | undefined;

  add(compared: ComparedFamily, layout: Layout, offset: number, before: number): void {
    if (layout.kind !== 'histogram') return;
    const { values } = compared;
    const first = offset + HISTOGRAM_BUCKETS;
    const baseline = baselineOf(compared, offset, before, HISTOGRAM_BUCKETS + layout.buckets);
    const column = baseline === 'previous' ? compared.previous : undefined;
    const previous = column !== undefined && !hasDropped(values, offset, column, before, layout) ? column : undefined;

    const { counts } = this.bucketsOf(layout);
    const overflow = counts.length - 1;
    for (let i = 0; i < layout.buckets; i++) {
      const former = previous === undefined ? 0 : numberAt(previous, before + HISTOGRAM_BUCKETS + i);
      counts[Math.min(i, overflow)]! += numberAt(values, first + i) - former;
    }
    if (baseline !== 'unknown') {
      const count = numberAt(values, offset + COUNT);
      const former = previous === undefined ? 0 : numberAt(previous, before + COUNT);
      this.count = addKnown(this.count, count - former);
    }
  }

  addAll(other: ObservedHistogram): void {
    this.count = addKnown(this.count, other.count);
    for (const [key, { bounds, counts }] of other.byBounds) {
      const own = this.byBounds.get(key);
      if (own === undefined) this.byBounds.set(key, { bounds, counts: counts.slice() });
      else counts.forEach((count, i) => (own.counts[i]! += count));
    }
  }

  /** @returns `NaN` where nothing was observed */
  quantile(q: number): number {
    const { bounds, counts } = mergeBuckets([...this.byBounds.values()]);
    return bucketQuantile(q, bounds, counts);
  }

  /** Most pages of a family share one layout, so comparing with the last layout mostly saves making the key. */
  private bucketsOf(layout: HistogramLayout): Buckets {
    if (layout === this.lastLayout && this.lastBuckets !== undefined) return this.lastBuckets;
    const key = keyOf(layout);
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

/** Made once per layout, however many rows have it. */
const keys = new WeakMap<Layout, string>();

function keyOf(layout: HistogramLayout): string {
  let key = keys.get(layout);
  if (key === undefined) keys.set(layout, (key = layout.bounds.join()));
  return key;
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
