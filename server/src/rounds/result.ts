/** What one round of asking has found out. Immutable. */
import type { Run } from '../../protocol/tasks';
import type { Snapshot } from '../../../core/snapshot';
import type { ProcessInfo } from '../pm2/process-list';

export interface RoundResult {
  /** Counts the rounds. Two results of one round differ in what has come by then. */
  readonly round: number;
  /** When the round began, epoch milliseconds. */
  readonly started: number;
  /** Until this result. */
  readonly durationMs: number;
  /** All that PM2 runs, this server included, by ascending pm_id. */
  readonly processes: readonly ProcessInfo[];
  /** By ascending pm_id. */
  readonly answers: readonly InstanceAnswer[];
  /** Instances of apps that answer, and of apps named in the configuration, that have not answered; by pm_id. */
  readonly silent: readonly SilentInstance[];
  /** What has gone wrong since this server was started, counted. */
  readonly errors: Readonly<Record<ErrorKind, number>>;
}

export interface InstanceAnswer {
  readonly run: Run;
  /** In shared memory, never written again. Sent in this round, if perhaps the same one as in the round before. */
  readonly snapshot: Snapshot;
  readonly form: 'snapshot' | 'plain';
  /** Of the payload as it came; `undefined` for the plain form, which has none. */
  readonly bytes: number | undefined;
  /** From the request to the answer. */
  readonly durationMs: number;
  /** Time since the snapshot was taken. */
  readonly ageMs: number;
}

export interface SilentInstance {
  readonly run: Run;
  readonly reason: SilentReason;
  /** A sentence for people. */
  readonly message: string;
}

export type SilentReason =
  /** No answer in time. */
  | 'late'
  /** Has answered what can't be read. */
  | 'broken'
  /** Not running, by PM2's status. */
  | 'stopped'
  | 'errored'
  /** Not running yet, or not again yet. */
  | 'starting';

const ERROR_KINDS = [
  /** An awaited answer did not come in time. */
  'late',
  /** An answer came that no scrape waited for any more. */
  'stale',
  /** PM2's daemon could not be reached. */
  'daemon_unreachable',
  /** PM2's daemon did not pass a request on. */
  'refused',
  /** An answer came from another process than PM2 had listed: the one was just being replaced by the other. */
  'replaced',
  /** The answer: not what the protocol says; larger than allowed; naming pages that are not there. */
  'malformed',
  'too_large',
  'missing_pages',
  'unsupported',
  /** A worker thread failed while it decoded. */
  'worker',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

export class ErrorCounts {
  private readonly counts = Object.fromEntries(ERROR_KINDS.map((kind) => [kind, 0])) as Record<ErrorKind, number>;

  add(kind: ErrorKind): void {
    this.counts[kind]++;
  }

  get totals(): Readonly<Record<ErrorKind, number>> {
    return { ...this.counts };
  }
}
