/** What one round of asking has found out. Immutable. */
import type { Blocked } from './runs/blocked';
import type { InstanceAnswer } from './runs/outcome';
import type { Run } from '../../protocol/run';
import type { Snapshot } from '../../../core/snapshot';
import type { ProcessInfo } from '../pm2/process-list';

export interface RoundResult {
  /** Number of the round. Two results of one round differ in the answers that have come by then. */
  readonly round: number;
  /** When the round began, epoch milliseconds. */
  readonly started: number;
  /** From the beginning of the round to this result. */
  readonly durationMs: number;
  /** All processes that PM2 runs, this server included, by ascending pm_id. */
  readonly processes: readonly ProcessInfo[];
  /** By ascending pm_id. */
  readonly answers: readonly InstanceAnswer[];
  /** Instances without an answer, of apps that are known to answer or are named in the configuration; by ascending pm_id. */
  readonly silent: readonly SilentInstance[];
  /** Instances that have said by themselves that their event loop does not turn; by ascending pm_id. */
  readonly blocked: readonly BlockedInstance[];
  /** Runs that PM2 is replacing: it does not list them any more, and they still work. */
  readonly leaving: readonly LeavingRun[];
  /** Number of failures since this server was started. */
  readonly errors: Readonly<Record<ErrorKind, number>>;
}

export interface LeavingRun {
  readonly run: Run;
  /** `undefined` if it has not answered in this round. */
  readonly answer: InstanceAnswer | undefined;
}

/** A run of which more numbers may come, though it may have ended. */
export interface KnownNumbers {
  readonly run: Run;
  /** The newest one, whether it was asked for or not; `undefined`: none. */
  readonly snapshot: Snapshot | undefined;
  /** What is known of its event loop if that does not turn; `undefined`: nothing. */
  readonly blocked?: Blocked | undefined;
}

export interface SilentInstance {
  readonly run: Run;
  readonly reason: SilentReason;
  /** The reason in a sentence. */
  readonly message: string;
  /** The last numbers that are known of it, where it is `blocked`. */
  readonly last?: OldNumbers | undefined;
}

export interface OldNumbers {
  readonly snapshot: Snapshot;
  readonly ageMs: number;
}

export interface BlockedInstance extends Pick<Blocked, 'since' | 'stack'> {
  readonly run: Run;
}

export type SilentReason =
  /** No answer in time. */
  | 'late'
  /** No answer, and it has said by itself that its event loop does not turn. */
  | 'blocked'
  /** Its answer cannot be read. */
  | 'broken'
  /** Not running, as PM2's status says. */
  | 'stopped'
  | 'errored'
  /** PM2 is starting or restarting it. */
  | 'starting';

const ERROR_KINDS = [
  /** An answer did not come in time. */
  'late',
  /**
   * An answer came after all scrapes had given up waiting for it, or to no open request; last numbers or a report named no known
   * run; or an answer or last numbers were of an exporter that had been stopped, after another one in its process had been heard.
   */
  'stale',
  /** PM2's daemon could not be reached. */
  'daemon_unreachable',
  /** PM2's daemon did not pass a request on. */
  'refused',
  /** An answer came from another process than the one that PM2 had listed: PM2 was replacing it. */
  'replaced',
  /** An answer was not what the protocol says. */
  'malformed',
  /** An answer was larger than allowed. */
  'too_large',
  /** An answer named pages that this server does not have. */
  'missing_pages',
  /** An answer had a protocol version that this server does not speak. */
  'unsupported',
  /** A worker thread failed while it decoded an answer. */
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
