/** A run that has answered in this round: its families, and where the cluster keeps their numbers. */
import type { GaugeMerge, Run } from '../../../protocol/cluster';
import {
  ORDER_MASK,
  ORDER_SHIFT,
  strideOf,
  type Family,
  type ScopeFamilies,
  type Snapshot,
} from '../../../protocol/snapshot';
import type { DictionaryFamily, Places } from './dictionary';

export interface LiveRun {
  readonly run: Run;
  readonly snapshot: Snapshot;
  readonly families: readonly MergedFamily[];
  /** Gauges that are not merged. */
  readonly own: readonly ScopeFamilies[];
}

export interface MergedFamily {
  readonly family: Family;
  readonly into: DictionaryFamily;
  /** By page of the family. */
  readonly places: readonly Places[];
  readonly merge: 'add' | Exclude<GaugeMerge, 'instance'>;
}

/**
 * `at`: index of the series' first number in the snapshot. `offset`: in the cluster's columns. `page`: index of its page
 * in the family.
 */
export type PlaceVisitor = (at: number, offset: number, serial: number, page: number) => void;

/** Walks the series that are present. */
export function forEachPlace({ family, places }: Pick<MergedFamily, 'family' | 'places'>, visit: PlaceVisitor): void {
  const { pages, order } = family;
  if (order === undefined) {
    for (let p = 0; p < pages.length; p++) {
      const { page, base } = pages[p]!;
      const { offsets, serials } = places[p]!;
      const stride = strideOf(page.layout);
      for (let i = 0, at = base; i < page.size; i++, at += stride) visit(at, offsets[i]!, serials[i]!, p);
    }
    return;
  }
  const strides = pages.map(({ page }) => strideOf(page.layout));
  for (let i = 0; i < order.length; i++) {
    const p = order[i]! >> ORDER_SHIFT;
    const index = order[i]! & ORDER_MASK;
    const { offsets, serials } = places[p]!;
    visit(pages[p]!.base + index * strides[p]!, offsets[index]!, serials[index]!, p);
  }
}

/** By series: which run's data point has been taken, so that no other one of the same run is taken for it too. */
export class Claims {
  private readonly takenBy: Int32Array;
  private run = 0;

  constructor(series: number) {
    this.takenBy = new Int32Array(series);
  }

  nextRun(): void {
    this.run++;
  }

  take(serial: number): boolean {
    if (this.takenBy[serial] === this.run) return false;
    this.takenBy[serial] = this.run;
    return true;
  }
}
