/** Gauges, and sums that may fall: merged by a rule, over the runs that have answered in this round. */
import { DataPointType } from '../../../../core/otel';
import { ORDER_SHIFT, SCALAR_STRIDE, SCALAR_VALUE, START, strideOf } from '../../../../core/snapshot';
import type { AppFamily } from '../series/families/app-family';
import type { AppSeries } from '../series/app-series';
import { toShared } from '../series/orders';
import type { LiveRun, MergedFamily, MergedPage } from '../series/live-run';

interface PageMerge {
  readonly merge: MergedFamily['merge'];
  /** Whether the numbers of several series in one run that are one in Prometheus are added. */
  readonly adds: boolean;
}

/** The gauges of one app in one round. A NaN does not count, unless a series has no other number. */
export class Gauges {
  /** By serial number: how many numbers have been merged. */
  private readonly counted: Int32Array;
  private readonly merges = new Map<AppFamily, MergedFamily['merge']>();
  /** By serial number of the first twin: the run, counted from 1, that had a number of any of the twins last. */
  private readonly lastRun: Int32Array;
  private runs = 0;

  constructor(
    private readonly appSeries: AppSeries,
    /** The column that is written. */
    private readonly values: Float64Array,
  ) {
    this.counted = new Int32Array(appSeries.count);
    this.lastRun = new Int32Array(appSeries.twins.groups.size > 0 ? appSeries.count : 0);
  }

  add({ snapshot, families }: LiveRun): void {
    this.runs++;
    for (const { family, into, merge, pages } of families) {
      if (merge === 'add') continue;
      this.merges.set(into, merge);
      const adds = merge === 'sum' && family.dataPointType === DataPointType.SUM;
      for (const page of pages) this.addPage(snapshot.values, page, { merge, adds });
    }
  }

  private addPage(from: Float64Array, page: MergedPage, { merge, adds }: PageMerge): void {
    const { base, count, indices, mapping } = page;
    const { counted, values } = this;
    const { twins, offsets } = this.appSeries;
    const hasTwins = twins.groups.size > 0;
    for (let k = 0; k < count; k++) {
      const i = indices === undefined ? k : indices[k]!;
      let serial = mapping.serials[i]!;
      let offset = mapping.offsets[i]!;
      if (hasTwins) {
        const leader = twins.leaderOf(serial);
        if (!adds && !this.takeFirst(leader)) continue;
        if (leader !== serial) this.merges.set(twins.pageOf(leader).family, merge);
        serial = leader;
        offset = offsets[leader]!;
      }
      const start = from[base + i * SCALAR_STRIDE + START]!;
      const value = from[base + i * SCALAR_STRIDE + SCALAR_VALUE]!;
      if (!(values[offset + START]! <= start)) values[offset + START] = start;
      if (Number.isNaN(value)) continue;
      const before = values[offset + SCALAR_VALUE]!;
      values[offset + SCALAR_VALUE] = counted[serial]!++ === 0 ? value : merged(merge, before, value);
    }
  }

  /** If twins in one run are not added, the first one stands. @returns whether it is the run's first one */
  private takeFirst(leader: number): boolean {
    if (this.lastRun[leader] === this.runs) return false;
    this.lastRun[leader] = this.runs;
    return true;
  }

  /**
   * Ends the merging of a family: calculates averages, and finds out which series are present.
   *
   * @param seen by serial number: not 0 where a run has the series
   * @returns the family's order, `undefined` if all series are present
   */
  finish(family: AppFamily, seen: Int32Array): Int32Array | undefined {
    const { counted, values } = this;
    const isAverage = this.merges.get(family) === 'avg';
    const present: number[] = [];
    let all = 0;
    for (const [p, { page, base }] of family.pages.entries()) {
      const first = family.firsts[p]!;
      const stride = strideOf(page.layout);
      all += page.size;
      for (let i = 0; i < page.size; i++) {
        if (seen[first + i] === 0) continue;
        present.push((p << ORDER_SHIFT) + i);
        const at = base + i * stride + SCALAR_VALUE;
        const count = counted[first + i]!;
        if (count === 0) values[at] = NaN;
        else if (isAverage) values[at]! /= count;
      }
    }
    return present.length === all ? undefined : toShared(present);
  }
}

function merged(merge: MergedFamily['merge'], a: number, b: number): number {
  // Runs are added in the order of their pm_ids.
  if (merge === 'first') return a;
  if (merge === 'min') return Math.min(a, b);
  return merge === 'max' ? Math.max(a, b) : a + b;
}
