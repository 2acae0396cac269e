/** The layouts that the cluster's series have, and which of an instance's fit into them. */
import type { Layout } from '../../../core/snapshot';

/** Buckets per sign of a sum of exponential histograms: what OpenTelemetry's SDKs have by default. */
const EXPONENTIAL_PLACES = 160;

/** What of a layout keeps numbers from being added: bounds, and whether there is a sum. */
export function layoutKey(layout: Layout): string {
  switch (layout.kind) {
    case 'scalar':
      return '';
    case 'histogram':
      return `${layout.buckets}:${boundsLabel(layout)}`;
    case 'exponential':
      return boundsLabel(layout);
  }
}

/** The value of the label `bounds` of series whose layout is not the first one of their family. */
export function boundsLabel(layout: Layout): string {
  if (layout.kind === 'scalar') return '';
  const bounds = layout.kind === 'histogram' ? layout.bounds.join() : 'exponential';
  return layout.sum ? bounds : `${bounds} without sum`;
}

/** Smallest and largest of what ended runs have observed are not those of an interval any more: they are left out. */
export function clusterLayout(layout: Layout): Layout {
  switch (layout.kind) {
    case 'scalar':
      return layout;
    case 'histogram':
      return { ...layout, min: false, max: false };
    case 'exponential': {
      const { positive, negative } = layout;
      return { ...layout, positive: places(positive), negative: places(negative), min: false, max: false };
    }
  }
}

function places(needed: number): number {
  return needed === 0 ? 0 : Math.max(EXPONENTIAL_PLACES, needed);
}

export function hasRoomFor(layout: Layout, other: Layout): boolean {
  if (layout.kind !== 'exponential' || other.kind !== 'exponential') return true;
  return layout.positive >= other.positive && layout.negative >= other.negative;
}

export function larger(a: Layout, b: Layout): Layout {
  if (a.kind !== 'exponential' || b.kind !== 'exponential') return a;
  return { ...a, positive: Math.max(a.positive, b.positive), negative: Math.max(a.negative, b.negative) };
}
