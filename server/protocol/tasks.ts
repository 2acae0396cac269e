/**
 * What crosses the boundary between the metrics server's main thread and its worker threads.
 *
 * The main thread owns all data that has to last: the last snapshot of each run, and the state of each app. Both are
 * immutable and in shared memory: a worker makes them, the main thread keeps them and passes them with the next tasks. Workers
 * keep only what they can derive from tasks, so that any worker can do any task, and losing one loses nothing.
 */
import type { PoolFailure } from '../../core/pool/worker-pool';
import type { Dropped } from './dropped';
import type { AppName, LabelNames } from './labels';
import type { Loan } from './loan';
import type { ScopeFamilies, Snapshot } from '../../core/snapshot';
import type { KnownPage } from '../../core/wire/decode';

export type ClusterTask = DecodeTask | AbsorbTask | RenderTask | SaveTask | ReplaceTask | LoadTask;

/** One process of an instance, from its start to its end. PM2 may start another one under the same `pmId`. */
export interface Run {
  /** Name of the PM2 app. */
  readonly app: string;
  /** PM2's namespace of the app; `undefined` for the default one. */
  readonly namespace?: string | undefined;
  readonly pmId: number;
  /** Unique among all runs of the host, former ones too. */
  readonly key: string;
}

/** What a run has answered last. */
export interface RunSnapshot {
  readonly run: Run;
  /** Immutable: pages, values and orders are shared memory that no thread writes any more. */
  readonly snapshot: Snapshot;
  /** Whether it has ended, or PM2 is replacing it: its counters and histograms count, and its gauges do not. */
  readonly isLeaving: boolean;
}

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

/** A state file, and up to where it has been written and is intact. */
export interface StateFileEnd {
  readonly path: string;
  /** What tells it from another file that has got its name. */
  readonly dev: number;
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
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
   * {@link spareMemory} of a former state which no thread reads any more. The task may write to it: the columns of the next
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

/**
 * The counters and histograms of one app, over all of its runs. The sum of a series is its number in `carried` plus its
 * numbers in `last` of every run.
 *
 * Immutable, in shared memory, and owned by the main thread. Each absorbing makes the next state, which shares what has not
 * changed. Pages are only added behind the others, so that bases stay. The exception is a repacking, which writes pages anew
 * and moves all numbers with them.
 *
 * A series has a serial number: they count the series of all pages, in ascending order of the pages' bases.
 */
export interface ClusterState {
  /** Of the merged snapshots. Page ids are only valid within it. */
  readonly incarnation: string;
  /**
   * All series of all runs, as a snapshot has them. Merged gauges are among them, but their numbers are not in the state.
   * Series that are one in Prometheus may be several here, each with numbers of its own: what is shown is their sum.
   */
  readonly scopes: readonly ScopeFamilies[];
  /** The next free page id. No page has had it or a larger one. */
  readonly nextPageId: number;
  /** JSON text of the attributes that the resources of all runs had in common in the last round with a live run. */
  readonly resource: string;
  /**
   * A column, by the pages' bases: sums over the runs that have ended, and over what series had before they began anew. As
   * start time it has the earliest one of all runs.
   */
  readonly carried: Float64Array;
  /** By serial number: the round since which no run has the series, 0 while one has. */
  readonly gone: Int32Array;
  readonly runs: readonly RunNumbers[];
  /** How many rounds have been absorbed. */
  readonly round: number;
}

/** What one run has had last. */
export interface RunNumbers {
  /** Of the {@link Run}. */
  readonly key: string;
  /** Of the run's snapshot that was absorbed last. */
  readonly incarnation: string;
  readonly generation: number;
  /**
   * A column, by the pages' bases. It ends where the app's series ended when the run was absorbed last. The start time is `NaN`
   * where the run does not have the series.
   */
  readonly last: Float64Array;
}

/** Memory of a former state that the current one does not share: the columns of runs that have been absorbed since. */
export function spareMemory(former: ClusterState, current: ClusterState): SharedArrayBuffer[] {
  const isShared = (run: RunNumbers): boolean =>
    current.runs.some(
      ({ key, incarnation, generation }) =>
        key === run.key && incarnation === run.incarnation && generation === run.generation,
    );
  return former.runs.filter((run) => !isShared(run)).map(({ last }) => last.buffer as SharedArrayBuffer);
}

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

export type AppendResult =
  | { readonly ok: true; readonly end: StateFileEnd }
  /** `replaced`: the file is not there any more, or is another one. `failed`: it is as before. */
  | { readonly ok: false; readonly reason: 'replaced' | 'failed'; readonly message: string };

/** A snapshot with labels that all its series get. */
export interface LabelledSnapshot {
  readonly snapshot: Snapshot;
  /** They stand behind the series' own labels. Names have to be valid label names. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** Of the run, in milliseconds since the epoch: of several types of a name, that of the latest run is shown. */
  readonly startedAt?: number;
}

export type Format = 'text' | 'openmetrics' | 'protobuf';

/**
 * Render labelled snapshots as one exposition, in which each family is one group of lines. Answered by a
 * {@link RenderResult} after the last chunk.
 */
export interface RenderTask {
  readonly kind: 'render';
  /** `instance`: one snapshot without labels. In `text` it is byte for byte what the official serializer renders. */
  readonly view: 'all' | 'instance';
  readonly snapshots: readonly LabelledSnapshot[];
  readonly format: Format;
  /**
   * Where chunks go: `Uint8Array`s, most of them of 32 KiB or more, and `null` behind the last one. The worker waits for no
   * reader.
   */
  readonly port: ChunkPort;
  /**
   * Of the chunks in shared memory: the receiver ends the loan when it has read them. A rendering whose loan is over ends. Other
   * chunks are transferred.
   */
  readonly loan: Loan;
}

/** The part of a `MessagePort` of `node:worker_threads` that is used here. */
export interface ChunkPort {
  postMessage(chunk: Uint8Array | null, transfer?: readonly ArrayBuffer[]): void;
  close(): void;
}

export interface RenderResult {
  readonly ok: true;
  readonly kind: 'render';
  /** Sentences for the log: what was left out, and why. */
  readonly warnings: readonly string[];
  /** The same, counted: one entry for labels and a reason. */
  readonly dropped: readonly Dropped[];
}

/**
 * Write states to a new file. Answered by a {@link SaveResult}, or by `STATE_FILE` if the system does not let it: then there is
 * no such file.
 */
export interface SaveTask {
  readonly kind: 'save';
  /** A file of that name is removed before. */
  readonly path: string;
  readonly apps: readonly { readonly app: string; readonly state: ClusterState }[];
}

export interface SaveResult {
  readonly ok: true;
  readonly kind: 'save';
  readonly end: StateFileEnd;
}

/**
 * Give a new file the name of the state file. Answered by a {@link ReplaceResult}, or by `STATE_FILE` if the system does not let
 * it: then the state file is as before, and the new one is removed.
 */
export interface ReplaceTask {
  readonly kind: 'replace';
  readonly draft: StateFileEnd;
  /** What has changed since the new file was written. */
  readonly changes: readonly {
    readonly app: string;
    readonly from: ClusterState | undefined;
    readonly to: ClusterState;
  }[];
  readonly path: string;
  /** Whether the file before is kept under another name. */
  readonly keepAside: boolean;
}

export interface ReplaceResult {
  readonly ok: true;
  readonly kind: 'replace';
  readonly end: StateFileEnd;
  /** The other name of the file before. */
  readonly aside: string | undefined;
}

/** Read a state file. Answered by a {@link LoadResult}. */
export interface LoadTask {
  readonly kind: 'load';
  readonly path: string;
}

export interface LoadResult {
  readonly ok: true;
  readonly kind: 'load';
  /** The file that the path leads to. */
  readonly path: string;
  /** Empty if there is no such file. */
  readonly states: readonly (readonly [app: string, state: ClusterState])[];
  /** Where to go on; `undefined` if the file has to be written anew. */
  readonly end: StateFileEnd | undefined;
  /** Bytes that the file would have if it had just been written anew, or fewer. */
  readonly wholeBytes: number;
  /** Sentences on what of the file could not be used. */
  readonly problems: readonly string[];
  /** Whether the file has more than is used. */
  readonly keepAside: boolean;
  /** Why the file is left alone: it is not this server's, or cannot be read. */
  readonly refused: string | undefined;
}

export interface ClusterTaskFailure {
  readonly ok: false;
  readonly code: ClusterFailureCode;
  readonly message: string;
}

export type ClusterFailureCode =
  /** The first three: a payload that breaks the protocol, is too large, or names pages which are neither sent nor known. */
  'MALFORMED' | 'TOO_LARGE' | 'MISSING_PAGES' | 'UNSUPPORTED' | 'STATE_FILE' | PoolFailure['code'] | 'INTERNAL';

export type ClusterTaskResult<T extends ClusterTask = ClusterTask> =
  | (T extends DecodeTask
      ? DecodeResult
      : T extends AbsorbTask
        ? AbsorbResult
        : T extends RenderTask
          ? RenderResult
          : T extends SaveTask
            ? SaveResult
            : T extends ReplaceTask
              ? ReplaceResult
              : T extends LoadTask
                ? LoadResult
                : never)
  | ClusterTaskFailure;
