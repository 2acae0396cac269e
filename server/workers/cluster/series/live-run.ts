/** A run that has answered in this round: its families, and which series of the app its series are. */
import type { Run } from '../../../protocol/tasks';
import type { Family, ScopeFamilies, Snapshot } from '../../../../core/snapshot';
import type { AppFamily } from './app-family';
import type { PageMapping } from './app-series';
import type { Merge } from './families';
import type { PresentPage } from './present-pages';

export interface LiveRun {
  readonly run: Run;
  readonly snapshot: Snapshot;
  readonly isLeaving: boolean;
  readonly families: readonly MergedFamily[];
  /** Gauges that are not merged: they are shown as the instance's own. */
  readonly own: readonly ScopeFamilies[];
}

/** A family of an instance, and the app's family that it is merged into. */
export interface MergedFamily {
  readonly family: Family;
  readonly into: AppFamily;
  readonly merge: Exclude<Merge, 'instance' | 'omit'>;
  readonly pages: readonly MergedPage[];
}

export interface MergedPage extends PresentPage {
  readonly mapping: PageMapping;
}

/**
 * Finds the first data point of each series in each run. Where attributes that mean the same have several data points in
 * one run, only the first one counts.
 */
export class FirstDataPoints {
  /** By serial number: the run that had a data point last, counted from 1. */
  private readonly lastRun: Int32Array;
  private run = 0;

  constructor(seriesCount: number) {
    this.lastRun = new Int32Array(seriesCount);
  }

  nextRun(): void {
    this.run++;
  }

  /** Notes a data point of the current run. @returns whether it is the run's first one of that series */
  takeFirst(serial: number): boolean {
    if (this.lastRun[serial] === this.run) return false;
    this.lastRun[serial] = this.run;
    return true;
  }
}
