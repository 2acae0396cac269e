/**
 * What crosses the boundary between the metrics server's main thread and its worker threads.
 *
 * The main thread owns all data that has to last: the last snapshot of each run, and the state of each app. Both are
 * immutable and in shared memory: a worker makes them, the main thread keeps them and passes them with the next tasks. Workers
 * keep only what they can derive from tasks, so that any worker can do any task, and losing one loses nothing.
 */
import type { PoolFailure } from '../../core/pool/worker-pool';
import type { Dropped } from './dropped';
import type { CardinalityResult, CardinalityTask } from './cardinality';
import type { KnownPage } from '../../core/wire/decode';
import type { Snapshot } from '../../core/snapshot';
import type { AppName, LabelNames } from './labels';
import type { QueryTask, QueryTaskResult, SearchTask, SearchTaskResult } from './query';
import type { RunSnapshot } from './run';
import type { ClusterState } from './state';
import type {
  StateFileEnd,
  AppendResult,
  SaveTask,
  SaveResult,
  ReplaceTask,
  ReplaceResult,
  LoadTask,
  LoadResult,
} from './state-file';
import type { LabelledSnapshot, RenderTask, RenderResult } from './render';

export type ClusterTask =
  DecodeTask | AbsorbTask | RenderTask | QueryTask | SearchTask | SaveTask | ReplaceTask | LoadTask | CardinalityTask;

/** Decode an instance's answer into shared memory. Answered by a {@link DecodeResult}. */
export interface DecodeTask {
  readonly kind: 'decode';
  /** Base64 of the wire form. */
  readonly payload: string;
  /** The pages that the request has named, by the ids that the exporter has for them: the answer need not send them again. */
  readonly known: ReadonlyMap<number, KnownPage>;
  /** The id that the first other page gets; the others get the next ones. */
  readonly firstPageId: number;
  /** Most bytes of the inflated payload. */
  readonly maxBytes: number;
  /** Most series of the snapshot. */
  readonly maxSeries: number;
  /** Most samples that the snapshot may have in an exposition. */
  readonly maxSamples: number;
}

export interface DecodeResult {
  readonly ok: true;
  readonly kind: 'decode';
  /** New, in shared memory, and immutable. It shares the known pages. */
  readonly snapshot: Snapshot;
  /** The pages of the snapshot, by the ids that the exporter has for them. */
  readonly pages: ReadonlyMap<number, KnownPage>;
}

/** Bring the cluster's sums up to date. Answered by an {@link AbsorbResult}. */
export interface AbsorbTask {
  readonly kind: 'absorb';
  readonly apps: readonly AppRound[];
  /** The first one that matches a gauge's name counts. If none does, the default rules apply. */
  readonly rules: readonly GaugeRule[];
  /** How many counters and histograms per app are kept that no run has any more. */
  readonly maxEndedSeries: number;
  readonly labels: LabelNames;
  /** Where to write what has changed, before the result is posted; `undefined`: nowhere. */
  readonly file?: StateFileEnd | undefined;
}

/** What one round has brought of one app. Every run of the state that is neither live nor silent has ended. */
export interface AppRound extends AppName {
  /** The state that the last absorbing of this app has answered; `undefined` the first time. */
  readonly state: ClusterState | undefined;
  /** The state that the file has: most often the same object. `undefined`: none. */
  readonly saved?: ClusterState | undefined;
  /** Runs that have answered in this round, in the order of their pm_ids, then those that have sent numbers unasked. */
  readonly live: readonly RunSnapshot[];
  /**
   * Keys of runs of which more may come, without new numbers: they live, or have ended not long ago. Their counters and
   * histograms still count, their gauges do not.
   */
  readonly silent: readonly string[];
  /** Keys of the runs that live, in the order of their starts: where runs describe a series differently, the last one counts. */
  readonly started: readonly string[];
  /**
   * `spareMemory` of a former state which no thread reads any more. The task may write to it: the columns of the next
   * state stand there. Writing to new memory takes several times as long.
   */
  readonly spare?: readonly SharedArrayBuffer[];
}

export interface GaugeRule {
  /** Glob for the metric's name. */
  readonly match: string;
  readonly merge: GaugeMerge;
}

/** `instance`: not merged, each instance has a series of its own, with its `pm_id`. */
export type GaugeMerge = 'sum' | 'avg' | 'min' | 'max' | 'instance';

export interface AbsorbResult {
  readonly ok: true;
  readonly kind: 'absorb';
  /** In the order of the task's apps, without those that could not be added up; `app` is the key of an app. */
  readonly apps: readonly { readonly app: string; readonly state: ClusterState }[];
  /** What `/metrics/cluster` shows of the apps, in the order of the task's. */
  readonly snapshots: readonly LabelledSnapshot[];
  /** Sentences for the log, such as that a histogram's bounds differ between instances. The same ones in each round. */
  readonly warnings: readonly string[];
  /** Runs that could not be added up, as if they had not answered, and apps whose states stay as they are. */
  readonly dropped: readonly Dropped[];
  /** `undefined` if the task names no file. */
  readonly appended?: AppendResult | undefined;
}

export interface ClusterTaskFailure {
  readonly ok: false;
  readonly code: ClusterFailureCode;
  readonly message: string;
}

export type ClusterFailureCode =
  /** The first three: a payload that breaks the protocol, is too large, or names pages which are neither sent nor known. */
  'MALFORMED' | 'TOO_LARGE' | 'MISSING_PAGES' | 'UNSUPPORTED' | 'STATE_FILE' | PoolFailure['code'] | 'INTERNAL';

/** By kind of task. */
interface Results {
  readonly decode: DecodeResult;
  readonly absorb: AbsorbResult;
  readonly render: RenderResult;
  readonly query: QueryTaskResult;
  readonly search: SearchTaskResult;
  readonly save: SaveResult;
  readonly replace: ReplaceResult;
  readonly load: LoadResult;
  readonly cardinality: CardinalityResult;
}

export type ClusterTaskResult<T extends ClusterTask = ClusterTask> = Results[T['kind']] | ClusterTaskFailure;
