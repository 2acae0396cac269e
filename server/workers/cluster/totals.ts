/** The cluster's numbers: what is carried, and what each run has had last. */
import type { ClusterState, RunNumbers } from '../../protocol/tasks';
import {
  COUNT,
  SCALAR_STRIDE,
  SCALAR_VALUE,
  START,
  SUM,
  strideOf,
  type Layout,
  type PlacedPage,
} from '../../../core/snapshot';
import { addExponential } from './exponential';
import { shared } from './numbers';

/**
 * Runs are added up in their order: as long as that and what is carried stay, no total can fall, since rounding keeps
 * the order of numbers.
 * @param numbers of the dictionary's pages
 */
export function totalsOf(
  { carried, runs }: Pick<ClusterState, 'carried' | 'runs'>,
  pages: readonly PlacedPage[],
  numbers: number,
): Float64Array {
  const totals = shared(numbers);
  totals.set(carried);
  for (const { last } of runs) addAll(totals, last, pages);
  return totals;
}

/** Adds the numbers of a run to others, all but the starts. */
export function addAll(target: Float64Array, last: Float64Array, pages: readonly PlacedPage[]): void {
  for (const { page, base } of pages) {
    if (base >= last.length) continue; // added since
    const { layout, size } = page;
    const stride = strideOf(layout);
    const end = base + size * stride;
    switch (layout.kind) {
      case 'scalar':
        for (let at = base + SCALAR_VALUE; at < end; at += SCALAR_STRIDE) target[at]! += last[at]!;
        break;
      case 'histogram':
        for (let from = base; from < end; from += stride) {
          for (let at = from + COUNT; at < from + stride; at++) target[at]! += last[at]!;
        }
        break;
      case 'exponential':
        for (let at = base; at < end; at += stride) {
          if (!Number.isNaN(last[at + START])) addExponential(target, at, last, at, layout);
        }
    }
  }
}

/**
 * What moves from a run to what is carried is added up in another order then, and a sum of fractions may come out smaller
 * by its last digits, which Prometheus takes for a reset. What is carried gets as much more.
 * @param former totals from before
 * @param totals written
 * @param carried written
 */
export function undoRounding(
  former: Float64Array,
  totals: Float64Array,
  carried: Float64Array,
  runs: readonly RunNumbers[],
  pages: readonly PlacedPage[],
): void {
  for (const { page, base } of pages) {
    const stride = strideOf(page.layout);
    const end = base + page.size * stride;
    for (let at = base + fractionOf(page.layout); at < end; at += stride) {
      const least = former[at]!;
      // More than that is a histogram's that has observed less than nothing.
      const rounding = (runs.length + 2) * Number.EPSILON * least;
      for (let tries = 0; tries < MOST_TRIES && totals[at]! < least && totals[at]! >= least - rounding; tries++) {
        carried[at]! += least - totals[at]!;
        totals[at] = carried[at]!;
        for (const { last } of runs) if (at < last.length) totals[at]! += last[at]!;
      }
    }
  }
}

/** To add what is missing may be lost to rounding itself, in part. */
const MOST_TRIES = 8;

/** The number that need not be whole. */
function fractionOf({ kind }: Layout): number {
  return kind === 'scalar' ? SCALAR_VALUE : SUM;
}
