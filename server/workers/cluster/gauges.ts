/** Gauges, and sums that may fall: merged over the runs that have answered in this round, as a rule says. */
import { ORDER_SHIFT, SCALAR_STRIDE, SCALAR_VALUE, START, strideOf } from '../../../core/snapshot';
import type { Dictionary, DictionaryFamily } from './dictionary';
import type { Claims, LiveRun, MergedFamily, MergedPage } from './live-run';

/** Those of one app in one round. NaN is left out, unless all are NaN. */
export class Gauges {
  /** By series: numbers that have gone into it. */
  private readonly counted: Int32Array;
  private readonly merges = new Map<DictionaryFamily, MergedFamily['merge']>();

  constructor(
    dictionary: Dictionary,
    private readonly values: Float64Array,
  ) {
    this.counted = new Int32Array(dictionary.series);
  }

  add({ snapshot, families }: LiveRun, claims: Claims | undefined): void {
    for (const { into, merge, pages } of families) {
      if (merge === 'add') continue;
      this.merges.set(into, merge);
      for (const page of pages) this.addPage(snapshot.values, page, merge, claims);
    }
  }

  private addPage(from: Float64Array, page: MergedPage, merge: MergedFamily['merge'], claims?: Claims): void {
    const { base, count, indices, places } = page;
    const { counted, values } = this;
    for (let k = 0; k < count; k++) {
      const i = indices === undefined ? k : indices[k]!;
      const serial = places.serials[i]!;
      if (claims?.take(serial) === false) continue;
      const offset = places.offsets[i]!;
      const start = from[base + i * SCALAR_STRIDE + START]!;
      const value = from[base + i * SCALAR_STRIDE + SCALAR_VALUE]!;
      if (!(values[offset + START]! <= start)) values[offset + START] = start;
      if (Number.isNaN(value)) continue;
      const before = values[offset + SCALAR_VALUE]!;
      values[offset + SCALAR_VALUE] = counted[serial]!++ === 0 ? value : merged(merge, before, value);
    }
  }

  /**
   * Ends the merging of a family.
   * @param seen by series: not 0 where a run has it
   * @returns the order, `undefined` where all series are there
   */
  finish(family: DictionaryFamily, seen: Int32Array): Int32Array | undefined {
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
