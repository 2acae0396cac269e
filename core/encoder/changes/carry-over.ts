/** Brings the numbers of a family in the column being written to what the current one has, by what has changed. */
import type { Sliced } from '../../slicer';
import type { Columns } from '../columns/columns';
import type { FamilySeries } from '../series/family-series';
import type { ChangeLog } from './change-log';
import { copyPages } from './copy-pages';

export function* carryOver(series: FamilySeries, log: ChangeLog, { current, written }: Columns): Sliced {
  if (log.isTooOld(written)) yield* copyPages(series.pages, current, written);
  else if (current !== undefined && log.hasChangedSince(written)) yield* log.copyChanges(current, written);
}
