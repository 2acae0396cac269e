/** A run that has answered in this round: its families, and where the cluster keeps their numbers. */
import type { GaugeMerge, Run } from '../../protocol/tasks';
import type { Family, ScopeFamilies, Snapshot } from '../../../core/snapshot';
import type { DictionaryFamily, Places, PresentPage } from './dictionary';

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

export interface MergedPage extends PresentPage {
  readonly places: Places;
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
