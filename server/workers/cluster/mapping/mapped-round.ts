/** A round of an app: what it is to be absorbed into, and which series of the app the series of its runs are. */
import type { AbsorbTask, AppRound } from '../../../protocol/tasks';
import type { ClusterState } from '../../../protocol/state';
import type { Layout } from '../../../../core/snapshot';
import type { GaugeRules } from '../gauges/rules';
import type { AppFamily } from '../series/families/app-family';
import type { LiveRun } from '../series/live-run';
import type { PageMappings } from './page-mappings';

export interface AppTask extends Pick<AbsorbTask, 'maxEndedSeries' | 'labels'> {
  readonly round: AppRound;
  readonly state: ClusterState;
  readonly mappings: PageMappings;
  readonly rules: GaugeRules;
}

/** A round of an app, in which it is known which series are which. */
export interface MappedRound {
  /** With all series of the round, but none of its numbers yet. */
  readonly state: ClusterState;
  /** Those of the state. */
  readonly mappings: PageMappings;
  readonly live: readonly LiveRun[];
  /** By serial number: not 0 where a run has the series. */
  readonly seen: Int32Array;
  /** Names of metrics which have several data points of the same attributes in one run. */
  readonly repeated: ReadonlySet<string>;
  /** Families that are not shown, by the rule that they have in a run. */
  readonly omitted: ReadonlySet<AppFamily>;
}

/** What the first mapping of the round has found out. */
export interface FirstMapping extends MappedRound {
  /** By key of a family whose bucket capacity is too small: a layout that has enough. */
  readonly tooSmall: ReadonlyMap<string, Layout>;
}
