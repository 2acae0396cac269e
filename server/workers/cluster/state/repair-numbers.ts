/** Numbers of a state that has been read, which later sums must be able to build on. */
import type { ClusterState } from '../../../protocol/state';
import {
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  START,
  strideOf,
  type ExponentialLayout,
  type Layout,
} from '../../../../core/snapshot';
import { familyPages } from './placed-families';

/** Larger than any scale or bucket index of an exponential histogram. */
const LARGE = 2 ** 32;

/**
 * A sum that has exceeded the largest number is infinite, and stays so. A `NaN` would stay too, and means nothing: such a
 * number begins at zero. So does a histogram whose buckets do not fit its layout.
 *
 * @returns how many series were changed, counted once per run
 */
export function repairNumbers(state: ClusterState): number {
  let repaired = 0;
  const pages = familyPages(state);
  for (const column of [state.carried, ...state.runs.map(({ last }) => last)]) {
    for (const { placed } of pages) {
      const { layout, size } = placed.page;
      const stride = strideOf(layout);
      for (let i = 0, at = placed.base; i < size; i++, at += stride) if (!repair(column, at, layout)) repaired++;
    }
  }
  return repaired;
}

/** @returns whether nothing had to be done */
function repair(column: Float64Array, at: number, layout: Layout): boolean {
  const end = at + strideOf(layout);
  if (layout.kind === 'exponential' && !hasBuckets(column, at, layout)) {
    column.fill(0, at + START + 1, end);
    return false;
  }
  let isWhole = true;
  for (let i = at + START + 1; i < end; i++) {
    if (!Number.isNaN(column[i])) continue;
    column[i] = 0;
    isWhole = false;
  }
  return isWhole;
}

function hasBuckets(column: Float64Array, at: number, { positive, negative }: ExponentialLayout): boolean {
  const isInteger = (i: number, least: number, most: number): boolean => {
    const value = column[at + i]!;
    return Number.isInteger(value) && value >= least && value <= most;
  };
  return (
    isInteger(EXP_SCALE, -LARGE, LARGE) &&
    isInteger(EXP_POSITIVE_OFFSET, -LARGE, LARGE) &&
    isInteger(EXP_NEGATIVE_OFFSET, -LARGE, LARGE) &&
    isInteger(EXP_POSITIVE_LENGTH, 0, positive) &&
    isInteger(EXP_NEGATIVE_LENGTH, 0, negative)
  );
}
