/**
 * What crosses the boundary between the main thread and the worker threads: one of these tasks one way, its
 * result the other way. Failures are data, since an error loses its class and code between threads.
 */
import type { DaemonAddress } from '../core/pm2/daemon-address';
import type { PageRange } from '../core/wire/format';
import type { PostedSnapshot } from './posted';
import type { Snapshot } from '../core/snapshot';

export type Task = ProbesTask | ReplyTask;

/** What a task is while it crosses. */
export type PostedTask = Posted<ProbesTask> | Posted<ReplyTask>;
type Posted<T extends Task> = Omit<T, 'snapshot'> & { readonly snapshot: PostedSnapshot };

/** Filter the snapshot and compute what the probes show. Answered by a {@link ProbesResult}. */
export interface ProbesTask {
  readonly kind: 'probes';
  readonly snapshot: Snapshot;
  /** Exact metric names or globs. */
  readonly select: readonly string[];
  /** Whether counters show as their value, its change since the previous snapshot, or that per second. */
  readonly counters: CounterMode;
  /** A metric with more series than this is shown as its aggregate. */
  readonly perMetric: number;
  /** Metrics that were shown as an aggregate before, and stay so. */
  readonly aggregated: readonly string[];
  readonly names: ProbeNames;
}

/** Which names probes may have: a process can't have ever more of them in its life. */
export interface ProbeNames {
  /** Those that are in use, or were. */
  readonly known: readonly string[];
  /** How many others may come. */
  readonly room: number;
}

export type CounterMode = 'total' | 'delta' | 'rate';

export interface ProbeValue {
  readonly name: string;
  /** `NaN` where there is nothing new to show, as for a quantile of no observations: the last number stays. */
  readonly value: number;
  readonly unit?: string;
}

export interface ProbesResult {
  readonly ok: true;
  readonly kind: 'probes';
  /** Only what there is room for: whoever selects thousands of series does not get them on the main thread. */
  readonly probes: readonly ProbeValue[];
  /** How many there is no room for. */
  readonly leftOut: number;
  /** Metrics that are shown as an aggregate, those of the task included. */
  readonly aggregated: readonly string[];
}

/** Send the snapshot to each recipient through PM2's daemon. Answered by a {@link ReplyResult}. */
export interface ReplyTask {
  readonly kind: 'reply';
  readonly snapshot: Snapshot;
  readonly form: ReplyForm;
  readonly recipients: readonly Recipient[];
  /** The `pm_id` of this process, as PM2 has put it in the environment. */
  readonly from: string;
  readonly daemon: DaemonAddress;
  /** How long the daemon may take to answer, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * One shared number: how many recipients have been served, in their order. Written by the worker before each
   * next one, so that whoever repeats the task after a crash answers nobody twice.
   */
  readonly served: Int32Array;
}

export type ReplyForm =
  /** OpenTelemetry ResourceMetrics as JSON, as the first version of this protocol has it. */
  | { readonly kind: 'resource-metrics' }
  /** The snapshot's wire form without the pages that the asker names. */
  | { readonly kind: 'snapshot'; readonly have: readonly PageRange[] };

export interface Recipient {
  /** `pm_id` of the asker. */
  readonly pmId: number;
  /** Sent back as it came, so that an asker can tell which of its requests this answers. */
  readonly request?: string | number;
}

export interface ReplyResult {
  readonly ok: true;
  readonly kind: 'reply';
  /** Recipients that got the answer. */
  readonly delivered: number;
  /** Why the others did not: such as that the process has gone. */
  readonly undelivered: readonly { readonly pmId: number; readonly message: string }[];
  /** Size of one answer in bytes. */
  readonly bytes: number;
}

export interface TaskFailure {
  readonly ok: false;
  readonly code: FailureCode;
  readonly message: string;
}

export type FailureCode =
  /** PM2's daemon could not be reached, or did not answer in time. */
  | 'DAEMON_UNREACHABLE'
  /** The worker thread ended while it worked: it crashed, ran out of memory, or was ended at its deadline. */
  | 'WORKER_LOST'
  | 'WORKER_TIMEOUT'
  /** Any other error: a defect of this package. */
  | 'INTERNAL';

export type TaskResult<T extends Task = Task> =
  (T extends ProbesTask ? ProbesResult : T extends ReplyTask ? ReplyResult : never) | TaskFailure;
