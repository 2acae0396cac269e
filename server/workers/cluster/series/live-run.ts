/** A run that has answered in this round: its families, and which series of the app its series are. */
import type { Run } from '../../../protocol/run';
import type { Family, ScopeFamilies, Snapshot } from '../../../../core/snapshot';
import type { AppFamily } from './families/app-family';
import type { PageMapping } from './app-series';
import type { Merge } from './families/families';
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
