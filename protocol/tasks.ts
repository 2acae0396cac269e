/**
 * The messages between the main thread and the worker threads: a task in one direction, its result in the other.
 * Failures are data, since an error loses its class and its code between threads.
 */
import type { Row as ProbeValue } from '../core/monit/row';
import type { ShortName } from '../core/monit/short-names';
import type { DaemonAddress } from '../core/pm2/daemon-address';
import type { PageRange } from '../core/wire/format';
import type { PostedSnapshot } from './posted';
import type { LastRecipient, Recipient } from './recipients';
import type { Shown } from './shown';
import type { Snapshot } from '../core/snapshot';
import type { Watch } from './watch';

export type Task = SnapshotTask | HelloTask;
export type SnapshotTask = ProbesTask | ReplyTask | LastTask;

/** A task as it is posted: its snapshot, if it has one, has the posted form. */
export type PostedTask = Watched<Posted<ProbesTask> | Posted<ReplyTask> | HelloTask> | Posted<LastTask>;
type Watched<T> = T & { readonly watch?: Watch };
type Posted<T extends SnapshotTask> = Omit<T, 'snapshot'> & { readonly snapshot: PostedSnapshot };

/** Select metrics of the snapshot and compute their probes. The result is a {@link ProbesResult}. */
export interface ProbesTask {
  readonly kind: 'probes';
  readonly snapshot: Snapshot;
  readonly select: readonly Shown[];
  /** What probes show of a counter: its value, its change since the previous snapshot, or its change per second. */
  readonly counters: CounterMode;
  /** A metric with more series than this is shown as its aggregate. */
  readonly perMetric: number;
  /** Metrics that were shown as an aggregate before. They stay aggregates. */
  readonly aggregated: readonly string[];
  readonly names: ProbeNames;
  /** Without it metrics are shown under their full names. */
  readonly short?: ShortNaming;
  /** Entries of `select` of which it is not known yet whether they match anything. */
  readonly lookFor?: readonly string[];
}

export interface ShortNaming {
  /** The short names that metrics have got before. */
  readonly given: readonly ShortName[];
  /** Names of other rows. */
  readonly taken: readonly string[];
}

/** The names that probes may have. Their number is bounded over the life of the process. */
export interface ProbeNames {
  /** Names that are in use now, or were earlier. */
  readonly known: readonly string[];
  /** How many further names there may be. */
  readonly room: number;
}

export type CounterMode = 'total' | 'delta' | 'rate';

export type { ProbeValue };

export interface ProbesResult {
  readonly ok: true;
  readonly kind: 'probes';
  /** Only those for which there is room, so that thousands of selected series do not burden the main thread. */
  readonly probes: readonly ProbeValue[];
  /** The number of probes for which there is no room. */
  readonly leftOut: number;
  /** Metrics that are shown as an aggregate, including those of the task. */
  readonly aggregated: readonly string[];
  /** Those entries of the task's `lookFor` that match no metric of the snapshot; only where there is a `lookFor`. */
  readonly unmatched?: readonly UnmatchedPattern[];
  /** All that metrics have now; only where the task has `short`. */
  readonly shortNames?: readonly ShortName[];
}

export interface UnmatchedPattern {
  readonly pattern: string;
  /** Names of metrics that were probably meant. */
  readonly nearest: readonly string[];
}

/** Send the snapshot to each recipient through PM2's daemon. The result is a {@link ReplyResult}. */
export interface ReplyTask {
  readonly kind: 'reply';
  readonly snapshot: Snapshot;
  readonly form: ReplyForm;
  readonly recipients: readonly Recipient[];
  /** The `pm_id` of this process, as PM2 sets it in the environment. */
  readonly from: string;
  readonly daemon: DaemonAddress;
  /** Deadline for each answer of the daemon, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * One number in shared memory: how many recipients have been served, in their order. The worker counts a recipient
   * before it sends the answer, so that repeating the rest of the task after a crash answers no recipient twice.
   */
  readonly served: Int32Array;
}

export type ReplyForm =
  /** OpenTelemetry's ResourceMetrics as JSON, the form of the first version of this protocol. */
  | { readonly kind: 'plain' }
  /** The wire form of the snapshot, without the pages that the asker has. */
  | { readonly kind: 'snapshot'; readonly have: readonly PageRange[] };

export interface ReplyResult {
  readonly ok: true;
  readonly kind: 'reply';
  /** The recipients that did not get the answer, with the reason, such as that the process is gone. */
  readonly undelivered: readonly Undelivered[];
}

export interface Undelivered {
  readonly pmId: number;
  readonly message: string;
  /** PM2's daemon said that this process cannot be sent to. */
  readonly refused: boolean;
}

/** Send the last snapshot of this process to the metrics servers. The result is a {@link LastResult}. */
export interface LastTask {
  readonly kind: 'last';
  readonly snapshot: Snapshot;
  readonly servers: readonly LastRecipient[];
  /** The `pm_id` of this process, as PM2 sets it in the environment. */
  readonly from: string;
  readonly daemon: DaemonAddress;
  /** Deadline for each answer of the daemon, in milliseconds. */
  readonly timeoutMs: number;
  /** One number in shared memory: 1 at the end. A main thread that is not to return to its event loop can wait for it. */
  readonly done: Int32Array;
}

export interface LastResult {
  readonly ok: true;
  readonly kind: 'last';
  /** The number of metrics servers that it was sent to; others have ended. */
  readonly sent: number;
}

/** Tell the metrics servers of this PM2 that the exporter has started. The result is a {@link HelloResult}. */
export interface HelloTask {
  readonly kind: 'hello';
  /** The `pm_id` of this process, as PM2 sets it in the environment. */
  readonly from: string;
  readonly daemon: DaemonAddress;
  /** Deadline for each answer of the daemon, in milliseconds. */
  readonly timeoutMs: number;
}

export interface HelloResult {
  readonly ok: true;
  readonly kind: 'hello';
}

export interface TaskFailure {
  readonly ok: false;
  readonly code: FailureCode;
  readonly message: string;
}

export type FailureCode =
  /** PM2's daemon could not be reached, or did not answer in time. */
  | 'DAEMON_UNREACHABLE'
  /** The worker thread ended during the task: it crashed or ran out of memory, or the pool was stopped. */
  | 'WORKER_LOST'
  /** The task was not done at its deadline, so its thread was ended. */
  | 'WORKER_TIMEOUT'
  /** No worker thread can be started now. The pool has told the reason, and tries again after a pause. */
  | 'WORKER_UNAVAILABLE'
  /** The answer would be larger than is allowed, so it was not made. */
  | 'TOO_LARGE'
  /** Any other error, which is a defect of this package. */
  | 'INTERNAL';

export type TaskResult<T extends Task = Task> =
  | (T extends ProbesTask
      ? ProbesResult
      : T extends ReplyTask
        ? ReplyResult
        : T extends LastTask
          ? LastResult
          : T extends HelloTask
            ? HelloResult
            : never)
  | TaskFailure;
