/** The sums of a cluster: what is carried, plus what each run has had last. */
import type { ClusterState, RunNumbers } from '../../../protocol/state';
import {
  COUNT,
  SCALAR_STRIDE,
  SCALAR_VALUE,
  START,
  SUM,
  strideOf,
  type Layout,
  type PlacedPage,
} from '../../../../core/snapshot';
import { addExponential } from '../../numbers/exponential';
import { shared } from '../series/column-memory';

/**
 * Adds up all runs, in their order. As long as this order and `carried` stay, no sum can fall: rounding is monotonic.
 *
 * @param pages of counters and histograms
 * @param numbers length of the column
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

/** Adds the numbers of a run to those of `target`, without the start times. */
export function addAll(target: Float64Array, last: Float64Array, pages: readonly PlacedPage[]): void {
  for (const { page, base } of pages) {
    if (base >= last.length) continue; // Added after the run was absorbed last.
    const { layout, size } = page;
    const stride = strideOf(layout);
    const end = base + size * stride;
    switch (layout.kind) {
      case 'scalar':
        for (let at = base + SCALAR_VALUE; at < end; at += SCALAR_STRIDE) target[at]! += last[at]!;
        break;
      case 'histogram':
      case 'summary':
        for (let from = base; from < end; from += stride) {
          for (let at = from + COUNT; at < from + stride; at++) target[at]! += last[at]!;
        }
        break;
      case 'exponential':
        for (let at = base; at < end; at += stride) {
          if (!Number.isNaN(last[at + START]))
            addExponential({ values: target, at, layout }, { values: last, at, layout });
        }
    }
  }
}

/** Columns of an app's sums. */
interface Sums {
  /** The totals of the last round. */
  readonly former: Float64Array;
  /** The totals of this round, which are written. */
  readonly totals: Float64Array;
  /** What is carried in this round, which is written. */
  readonly carried: Float64Array;
}

/**
 * When numbers of a run move to `carried`, the sums are added up in another order. A sum of fractions may then be smaller in
 * its last digits, which Prometheus takes for a reset. `carried` gets what is missing.
 *
 * @param pages of counters and histograms
 */
export function undoRounding(
  { former, totals, carried }: Sums,
  runs: readonly RunNumbers[],
  pages: readonly PlacedPage[],
): void {
  for (const { page, base } of pages) {
    const stride = strideOf(page.layout);
    const end = base + page.size * stride;
    for (let at = base + fractionOf(page.layout); at < end; at += stride) {
      const least = former[at]!;
      // A sum that falls by more is that of a histogram with negative observations.
      const rounding = (runs.length + 2) * Number.EPSILON * least;
      for (let tries = 0; tries < MAX_TRIES && totals[at]! < least && totals[at]! >= least - rounding; tries++) {
        carried[at]! += least - totals[at]!;
        totals[at] = carried[at]!;
        for (const { last } of runs) if (at < last.length) totals[at]! += last[at]!;
      }
    }
  }
}

/** What is missing may itself be lost to rounding in part, when it is added. */
const MAX_TRIES = 8;

/** Where a series has the number that may be a fraction. */
function fractionOf({ kind }: Layout): number {
  return kind === 'scalar' ? SCALAR_VALUE : SUM;
}
