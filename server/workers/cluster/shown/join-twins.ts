/** Shows the sums of twins as one series: the one whose layout the latest run has gets the numbers of the others. */
import { addSeries, type SeriesAt } from '../../numbers/add-series';
import { SCALAR_VALUE, strideOf } from '../../../../core/snapshot';
import type { AppFamily } from '../series/families/app-family';
import type { Recency } from './recency';
import type { OwnedPage, Twins } from '../series/families/twins';

/**
 * @param values the sums, which are written
 * @param seen by serial number: not 0 where a run has the series
 * @returns the same for what is shown of gauges; and by serial number: 1 for a series that is shown by a twin of it
 */
export function joinTwins(
  twins: Twins,
  values: Float64Array,
  seen: Int32Array,
  recency: Recency,
): { readonly seen: Int32Array; readonly hidden: Uint8Array } {
  const hidden = new Uint8Array(seen.length);
  const seenByAny = seen.slice();
  for (const [leader, group] of twins.groups) {
    const isAdded = twins.pageOf(leader).family.isAdded;
    const target = isAdded ? latestOf(group, twins, recency) : leader;
    for (const serial of group) {
      if (serial === target) continue;
      hidden[serial] = 1;
      if (isAdded)
        addTwin(seriesAt(twins, target, values), seriesAt(twins, serial, values), twins.pageOf(target).family);
      else {
        seenByAny[target] ||= seen[serial]!;
        seenByAny[serial] = 0;
      }
    }
  }
  return { seen: seenByAny, hidden };
}

/** @param target is written */
export function addTwin(target: SeriesAt, source: SeriesAt, { isOfHost }: AppFamily): void {
  if (!isOfHost) {
    addSeries(target, source);
    return;
  }
  const at = target.at + SCALAR_VALUE;
  target.values[at] = Math.max(target.values[at]!, source.values[source.at + SCALAR_VALUE]!);
}

/** The twin of counters or histograms that is shown. */
export function latestOf(group: readonly number[], twins: Twins, recency: Recency): number {
  const [first, ...others] = group as readonly [number, ...number[]];
  const rankOf = (serial: number): readonly [number, number] => {
    const { family, page } = twins.pageOf(serial);
    return [recency.ofLayout(family, page.layout), recency.goneOf(serial)];
  };
  let latest = first;
  let [rank, gone] = rankOf(first);
  for (const serial of others) {
    const [otherRank, otherGone] = rankOf(serial);
    if (otherRank < rank || (otherRank === rank && otherGone <= gone)) continue;
    [latest, rank, gone] = [serial, otherRank, otherGone];
  }
  return latest;
}

export function seriesAt(twins: Twins, serial: number, values: Float64Array) {
  const placed = twins.pageOf(serial);
  return { values, at: offsetOf(placed, serial), layout: placed.page.layout };
}

function offsetOf({ page, base, first }: OwnedPage, serial: number): number {
  return base + (serial - first) * strideOf(page.layout);
}
