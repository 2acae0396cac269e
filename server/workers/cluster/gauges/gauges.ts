/** Gauges, and sums that may fall: merged by a rule, over the runs that have answered in this round. */
import { ORDER_SHIFT, SCALAR_STRIDE, SCALAR_VALUE, START, strideOf } from '../../../../core/snapshot';
import type { AppFamily } from '../series/app-family';
import type { AppSeries } from '../series/app-series';
import type { FirstDataPoints, LiveRun, MergedFamily, MergedPage } from '../series/live-run';

/** The gauges of one app in one round. A NaN does not count, unless a series has no other number. */
export class Gauges {
  /** By serial number: how many numbers have been merged. */
  private readonly counted: Int32Array;
  private readonly merges = new Map<AppFamily, MergedFamily['merge']>();

  constructor(
    appSeries: AppSeries,
    /** The column that is written. */
    private readonly values: Float64Array,
  ) {
    this.counted = new Int32Array(appSeries.count);
  }

  add({ snapshot, families }: LiveRun, firstPoints: FirstDataPoints | undefined): void {
    for (const { into, merge, pages } of families) {
      if (merge === 'add') continue;
      this.merges.set(into, merge);
      for (const page of pages) this.addPage(snapshot.values, page, merge, firstPoints);
    }
  }

  private addPage(
    from: Float64Array,
    page: MergedPage,
    merge: MergedFamily['merge'],
    firstPoints?: FirstDataPoints,
  ): void {
    const { base, count, indices, mapping } = page;
    const { counted, values } = this;
    for (let k = 0; k < count; k++) {
      const i = indices === undefined ? k : indices[k]!;
      const serial = mapping.serials[i]!;
      if (firstPoints?.takeFirst(serial) === false) continue;
      const offset = mapping.offsets[i]!;
      const start = from[base + i * SCALAR_STRIDE + START]!;
      const value = from[base + i * SCALAR_STRIDE + SCALAR_VALUE]!;
      if (!(values[offset + START]! <= start)) values[offset + START] = start;
      if (Number.isNaN(value)) continue;
      const before = values[offset + SCALAR_VALUE]!;
      values[offset + SCALAR_VALUE] = counted[serial]!++ === 0 ? value : merged(merge, before, value);
    }
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
    if (present.length === all) return undefined;
    const order = new Int32Array(new SharedArrayBuffer(present.length * Int32Array.BYTES_PER_ELEMENT));
    order.set(present);
    return order;
  }
}

function merged(merge: MergedFamily['merge'], a: number, b: number): number {
  if (merge === 'min') return Math.min(a, b);
  return merge === 'max' ? Math.max(a, b) : a + b;
}
