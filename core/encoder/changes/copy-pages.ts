/** Copies the numbers of series from one column to the same places of another. */
import { START, strideOf, type PlacedPage } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { Column } from '../columns/columns';

/** Numbers that are copied in one step. */
const STEP_NUMBERS = 16 * 1024;

/** @param from the current column. Series of pages that it does not have, or not as a whole, get no numbers */
export function* copyPages(pages: readonly PlacedPage[], from: Column | undefined, to: Column): Sliced {
  const used = from?.used ?? 0;
  for (const { page, base } of pages) {
    const stride = strideOf(page.layout);
    const end = base + page.size * stride;
    if (from !== undefined && end <= used) yield* copyNumbers(from.values, to.values, base, end - base);
    else for (let offset = base; offset < end; offset += stride) to.values[offset + START] = Number.NaN;
  }
}

export function* copyNumbers(from: Float64Array, to: Float64Array, offset: number, count: number): Sliced {
  const end = offset + count;
  for (let at = offset; at < end; at += STEP_NUMBERS) {
    yield;
    to.set(from.subarray(at, Math.min(at + STEP_NUMBERS, end)), at);
  }
}
