/** When a collection was made, as its own data points have it. */
import type { HrTime } from '../../otel';
import type { ReadCollection } from './collection';

/**
 * The latest end time of its metrics with deltas; without these, that of all metrics.
 * @param time for a collection without any, epoch milliseconds
 */
export function endTimeOf({ scopes }: ReadCollection, time: number): HrTime {
  let latest: HrTime | undefined;
  let ofDeltas = false;
  for (const { metrics } of scopes) {
    for (const { isDelta, endTime } of metrics) {
      if (endTime[0] <= 0 || (ofDeltas && !isDelta)) continue;
      if (latest === undefined || isLater(endTime, latest) || (isDelta && !ofDeltas)) latest = endTime;
      ofDeltas ||= isDelta;
    }
  }
  return latest ?? [Math.floor(time / 1000), (time % 1000) * 1e6];
}

function isLater(some: HrTime, other: HrTime): boolean {
  return some[0] > other[0] || (some[0] === other[0] && some[1] > other[1]);
}
