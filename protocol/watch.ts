/**
 * How a worker thread sees whether the event loop of the main thread turns, and tells the metrics servers if it does not.
 *
 * ```
 * main thread ── TURNED_AT, twice a second ──▶ shared memory ──▶ worker thread, which looks as often
 * main thread ◀── BLOCKED_SINCE, the stack ─── shared memory ◀── worker thread, where it does not turn
 * ```
 */
import type { DaemonAddress } from '../core/pm2/daemon-address';
import type { LastRecipient } from './recipients';

/** In shared memory. Times are in nanoseconds, as `process.hrtime.bigint()` has them in every thread. */
export interface Beat {
  /** {@link BEAT_NUMBERS} numbers, all 0 at first. */
  readonly numbers: BigInt64Array;
  /** Room for the stack of the main thread, as text; `undefined`: none is taken. */
  readonly stack: Uint8Array | undefined;
}

/** When the main thread has turned last; 0 until it has turned once. */
export const TURNED_AT = 0;
/** Thread id of the thread that watches: the one that was told last; 0: none. */
export const WATCHER = 1;
/** The {@link TURNED_AT} since which it has not turned, as the watching thread has seen it; 0: none. */
export const BLOCKED_SINCE = 2;
/** How many bytes of text the stack has. */
export const STACK_BYTES = 3;
/** 1 while the watching thread is connected to the inspector of the main thread. */
export const INSPECTING = 4;
/** Generation of the snapshot whose numbers stay as they are while the main thread does not turn; 0: none. */
export const KEPT = 5;
export const BEAT_NUMBERS = 6;

export const BEAT_MS = 500;

/** Comes with each task, and makes the thread that gets it the one that watches. */
export interface Watch {
  readonly beat: Beat;
  /** The metrics servers that have given this process a token lately. */
  readonly servers: readonly WatchedServer[];
  /** The `pm_id` of this process, as PM2 sets it in the environment. */
  readonly from: string;
  readonly daemon: DaemonAddress;
}

export interface WatchedServer extends LastRecipient {
  /** The generation of the last snapshot that it has got. */
  readonly got: number;
}
