/** All numbers of a snapshot, in the order in which readers see them, by what tells their series. */
import {
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_POSITIVE_LENGTH,
  strideOf,
  type Snapshot,
} from '../../../../core/snapshot';
import { forEachSeries } from '../../../../core/series';
import { PageCache } from '../../../../workers/page-cache';

export interface SeriesNumbers {
  readonly family: string;
  readonly text: string;
  readonly numbers: readonly number[];
}

/** Bucket counts of exponential histograms without the room behind them, which is what it happens to be. */
export function allNumbers({ scopes, values }: Snapshot, from = values): SeriesNumbers[] {
  const cache = new PageCache();
  const all: SeriesNumbers[] = [];
  for (const { scope, families } of scopes) {
    for (const family of families) {
      forEachSeries(family, (page, index, offset) => {
        const { layout } = page;
        const numbers = [...from.subarray(offset, offset + strideOf(layout))];
        if (layout.kind === 'exponential') {
          const negative = EXP_BUCKETS + layout.positive;
          numbers.splice(negative + (numbers[EXP_NEGATIVE_LENGTH] as number));
          numbers.splice(
            EXP_BUCKETS + (numbers[EXP_POSITIVE_LENGTH] as number),
            layout.positive - (numbers[EXP_POSITIVE_LENGTH] as number),
          );
        }
        all.push({ family: `${scope.name} ${family.descriptor.name}`, text: cache.text(page, index), numbers });
      });
    }
  }
  return all;
}
