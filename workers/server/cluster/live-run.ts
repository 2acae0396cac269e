/** A run that has answered in this round: its families, and where the cluster keeps their numbers. */
import type { GaugeMerge, Run } from '../../../protocol/cluster';
import {
  ORDER_MASK,
  ORDER_SHIFT,
  type Family,
  type Layout,
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
  readonly merge: 'add' | Exclude<GaugeMerge, 'instance'>;
  readonly pages: readonly MergedPage[];
}

/** The series of a page that are present. */
export interface MergedPage {
  readonly layout: Layout;
  /** Index of the page's first number in the snapshot. */
  readonly base: number;
  readonly count: number;
  /** Which series of the page these are; the first ones, that is all, if not told. */
  readonly indices: Int32Array | undefined;
  readonly places: Places;
}

export function mergedPages({ pages, order }: Family, places: readonly Places[]): MergedPage[] {
  const all = pages.map(({ page: { layout, size }, base }, p) => ({
    layout,
    base,
    count: order === undefined ? size : 0,
    indices: undefined as Int32Array | undefined,
    places: places[p]!,
  }));
  if (order === undefined) return all;
  for (const entry of order) all[entry >> ORDER_SHIFT]!.count++;
  for (const page of all) {
    page.indices = new Int32Array(page.count);
    page.count = 0;
  }
  for (const entry of order) {
    const page = all[entry >> ORDER_SHIFT]!;
    page.indices![page.count++] = entry & ORDER_MASK;
  }
  return all;
}

/** By series: which run's data point has been taken, where a run has several of them. Only one counts. */
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
