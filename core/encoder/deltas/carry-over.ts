/** Brings the numbers of a family in the column being written to what the current one has, by what has changed. */
import { START, strideOf } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { Column, Columns } from '../columns/columns';
import type { FamilySeries } from '../series/family-series';
import { copyNumbers, type ChangeLog } from './change-log';

export function* carryOver(series: FamilySeries, log: ChangeLog, { current, written }: Columns): Sliced {
  if (log.isTooOld(written)) yield* copyAll(series, current, written);
  else if (current !== undefined && log.hasChangedSince(written)) yield* log.copyChanges(current, written);
}

function* copyAll({ pages }: FamilySeries, current: Column | undefined, written: Column): Sliced {
  const used = current?.used ?? 0;
  for (const { page, base } of pages) {
    const stride = strideOf(page.layout);
    const end = base + page.size * stride;
    if (current !== undefined && end <= used) yield* copyNumbers(current.values, written.values, base, end - base);
    else for (let offset = base; offset < end; offset += stride) written.values[offset + START] = Number.NaN;
  }
}
