/** Layouts of an app's series, and which layouts of instances fit into them. */
import type { Layout } from '../../../../../core/snapshot';

/** Least bucket capacity per sign of a sum of exponential histograms: the default of OpenTelemetry's SDKs. */
const MIN_BUCKET_CAPACITY = 160;

/** Numbers of two layouts can be added if they have the same key: the same bounds, and both a sum or none. */
export function layoutKey(layout: Layout): string {
  switch (layout.kind) {
    case 'scalar':
      return '';
    case 'histogram':
      return `${layout.buckets}:${boundsText(layout)}`;
    case 'exponential':
      return boundsText(layout);
    case 'summary':
      return 'summary';
  }
}

/** The bounds, for a key or a sentence. */
export function boundsText(layout: Layout): string {
  if (layout.kind === 'scalar' || layout.kind === 'summary') return '';
  const bounds = layout.kind === 'histogram' ? layout.bounds.join() : 'exponential';
  return layout.sum ? bounds : `${bounds} without sum`;
}

/**
 * The layout that an app's series get for an instance's. Minimum and maximum are left out: those of runs that have ended
 * would never be forgotten. So are quantiles: no quantile of all instances follows from theirs.
 */
export function clusterLayout(layout: Layout): Layout {
  switch (layout.kind) {
    case 'scalar':
      return layout;
    case 'histogram':
      return { ...layout, min: false, max: false };
    case 'exponential': {
      const { positive, negative } = layout;
      return {
        ...layout,
        positive: bucketCapacity(positive),
        negative: bucketCapacity(negative),
        min: false,
        max: false,
      };
    }
    case 'summary':
      return { kind: 'summary', quantiles: [] };
  }
}

function bucketCapacity(needed: number): number {
  return needed === 0 ? 0 : Math.max(MIN_BUCKET_CAPACITY, needed);
}

/** Whether the bucket capacity is that of `other` or more. */
export function hasRoomFor(layout: Layout, other: Layout): boolean {
  if (layout.kind !== 'exponential' || other.kind !== 'exponential') return true;
  return layout.positive >= other.positive && layout.negative >= other.negative;
}

/** The layout `a` with the larger bucket capacity of the two. */
export function larger(a: Layout, b: Layout): Layout {
  if (a.kind !== 'exponential' || b.kind !== 'exponential') return a;
  return { ...a, positive: Math.max(a.positive, b.positive), negative: Math.max(a.negative, b.negative) };
}
