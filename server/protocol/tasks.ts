/**
 * What crosses the boundary between the metrics server's main thread and its worker threads.
 *
 * As in an instance, the noun is the snapshot: each instance's last one is decoded by a worker into shared memory and
 * held by the main thread, which names it in the tasks that follow. Workers keep only what they can derive again.
 */
import type { Loan } from './loan';
import type { Page, ScopeFamilies, Snapshot } from '../../core/snapshot';

export type ClusterTask = DecodeTask | AbsorbTask | RenderTask | SaveTask | LoadTask;

/** One run of one process: it ends when the process does, and PM2 starts another under the same `pmId`. */
export interface Run {
  /** Name of the PM2 app. */
  readonly app: string;
  readonly pmId: number;
  /** Tells this run from all others of the host. */
  readonly key: string;
}

export interface RunSnapshot {
  readonly run: Run;
  /** In shared memory: pages and values. Immutable. */
  readonly snapshot: Snapshot;
}

/** Decode an instance's answer into shared memory. Answered by a {@link DecodeResult}. */
export interface DecodeTask {
  readonly kind: 'decode';
  /** Base64 of the wire form. */
  readonly payload: string;
  /** Pages of this incarnation that the asker has named. */
  readonly known: readonly Page[];
  /** Bytes that the payload may have once inflated. */
  readonly maxBytes: number;
  /** Series that it may have. */
  readonly maxSeries: number;
}

export interface DecodeResult {
  readonly ok: true;
  readonly kind: 'decode';
  readonly snapshot: Snapshot;
}

/** Bring the cluster's sums up to date. Answered by an {@link AbsorbResult}. */
export interface AbsorbTask {
  readonly kind: 'absorb';
  readonly apps: readonly AppRound[];
  /** The first one that matches a gauge's name counts; where none does, what is safe for such a name. */
  readonly rules: readonly GaugeRule[];
  /** Counters and histograms per app that no run has any more, kept at the most. */
  readonly maxEndedSeries: number;
  /** Names of the labels that tell an app, and one of its instances. */
  readonly labels: { readonly app: string; readonly instance: string };
}

export interface AppRound {
  readonly app: string;
  /** What the last absorbing of this app has answered. */
  readonly state: ClusterState | undefined;
  /** Runs that have answered in this round, each with what it has answered, by pm_id. */
  readonly live: readonly RunSnapshot[];
  /** Keys of runs that live but have not answered: what they had last still counts, their gauges do not. */
  readonly silent: readonly string[];
  /**
   * {@link spareMemory} of a former state, if nobody reads that any more: the next one is written there. Fresh memory
   * costs several times what the numbers in it do.
   */
  readonly spare?: readonly SharedArrayBuffer[];
  // Every other run that the state knows has ended: its last numbers stay in the sums.
}

export interface GaugeRule {
  /** Glob on the metric's name, as picomatch has it. */
  readonly match: string;
  readonly merge: GaugeMerge;
}

/** `instance`: not merged, one series per instance with its `pm_id`. */
export type GaugeMerge = 'sum' | 'avg' | 'min' | 'max' | 'instance';

/**
 * One app's counters and histograms over all runs that there have been. Immutable, in shared memory; absorbing makes the
 * next one, and what has not changed they share. A cluster's number is `carried` plus what every run had last.
 *
 * Pages are only ever added behind the others, but where some are written anew: then places change too. A series' number
 * in `gone` counts the series of all pages in the order of the pages' bases.
 */
export interface ClusterState {
  /** Of the merged snapshots: page ids mean something within it only. */
  readonly incarnation: string;
  /**
   * The cluster's dictionary: every series of every run, families and layouts as a snapshot has them. Gauges that are
   * merged are in it too, but have no numbers in the state. The first page of a family has the layout whose series bear
   * no label for it.
   */
  readonly scopes: readonly ScopeFamilies[];
  /** Page ids from this one on have never been given away. */
  readonly nextPageId: number;
  /** JSON text of the attributes that all runs had in common when any was last live. */
  readonly resource: string;
  /** By the pages' places: sums over runs that have ended, and over what was before a reset; the earliest start. */
  readonly carried: Float64Array;
  /** By series: the round since which no run has it, 0 while one does. */
  readonly gone: Int32Array;
  readonly runs: readonly RunNumbers[];
  /** Counts the absorbings. */
  readonly round: number;
}

export interface RunNumbers {
  readonly key: string;
  /** The snapshot that was last absorbed. */
  readonly incarnation: string;
  readonly generation: number;
  /** By the pages' places, as long as it was when the run was last absorbed; `NaN` as start where it has no such series. */
  readonly last: Float64Array;
}

/** Memory of a former state that the current one does not share, by what they say of each run. */
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
  readonly apps: readonly { readonly app: string; readonly state: ClusterState }[];
  /** What `/metrics/cluster` shows of the apps, in their order. */
  readonly snapshots: readonly LabelledSnapshot[];
  /** Sentences for the log: such as that bounds of a histogram differ between instances. The same each round. */
  readonly warnings: readonly string[];
}

/** A snapshot with labels that all its series get. */
export interface LabelledSnapshot {
  readonly snapshot: Snapshot;
  /** Name and value, valid as they are; behind the labels of the series. */
  readonly labels: readonly (readonly [name: string, value: string])[];
}

export type Format = 'text' | 'openmetrics' | 'protobuf';

/**
 * Render parts as one exposition: families grouped once over all parts and scopes. Answered by a {@link RenderResult}
 * after the last chunk.
 */
export interface RenderTask {
  readonly kind: 'render';
  /** `instance`: one part without labels, and in `text` byte for byte what the official serializer renders for it. */
  readonly view: 'all' | 'instance';
  readonly snapshots: readonly LabelledSnapshot[];
  readonly format: Format;
  /**
   * Where chunks go: `Uint8Array`s of about 32 KiB or more as a rule, `null` behind the last one. The worker waits for a
   * message back, any, whenever {@link CHUNKS_AHEAD} have not been taken.
   */
  readonly port: ChunkPort;
  /** Chunks in shared memory are lent, the others transferred. */
  readonly loan: Loan;
}

export const CHUNKS_AHEAD = 16;

/** What is used here of a `MessagePort` of `node:worker_threads`, which it is. */
export interface ChunkPort {
  postMessage(chunk: Uint8Array | null, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message' | 'close', listener: () => void): unknown;
  close(): void;
}

export interface RenderResult {
  readonly ok: true;
  readonly kind: 'render';
  readonly bytes: number;
  /** Sentences for the log: what was left out, and why. */
  readonly warnings: readonly string[];
}

/** Write a state as bytes for a file, so that a server that starts anew can go on. Answered by a {@link SaveResult}. */
export interface SaveTask {
  readonly kind: 'save';
  readonly state: ClusterState;
}

export interface SaveResult {
  readonly ok: true;
  readonly kind: 'save';
  readonly bytes: Uint8Array;
}

/** Read what was saved. Answered by a {@link LoadResult}, `MALFORMED` where it is not that. */
export interface LoadTask {
  readonly kind: 'load';
  readonly bytes: Uint8Array;
}

export interface LoadResult {
  readonly ok: true;
  readonly kind: 'load';
  readonly state: ClusterState;
}

export interface ClusterTaskFailure {
  readonly ok: false;
  readonly code: ClusterFailureCode;
  readonly message: string;
}

export type ClusterFailureCode =
  /** The payload: not what the protocol says; larger than allowed; naming pages that are neither sent nor known. */
  'MALFORMED' | 'TOO_LARGE' | 'MISSING_PAGES' | 'UNSUPPORTED' | 'WORKER_LOST' | 'WORKER_TIMEOUT' | 'INTERNAL';

export type ClusterTaskResult<T extends ClusterTask = ClusterTask> =
  | (T extends DecodeTask
      ? DecodeResult
      : T extends AbsorbTask
        ? AbsorbResult
        : T extends RenderTask
          ? RenderResult
          : T extends SaveTask
            ? SaveResult
            : T extends LoadTask
              ? LoadResult
              : never)
  | ClusterTaskFailure;
