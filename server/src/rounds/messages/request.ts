/** A request that was sent to a run, and what has come of it. */
import type { KnownPages, KnownRun } from '../runs/known-run';
import type { InstanceAnswer } from '../result';

export interface Request {
  /** Sent with the request and sent back with the answer. Random: only the process that was asked knows it. */
  readonly id: string;
  readonly known: KnownRun;
  /** On the clock of `performance`. */
  readonly sentAt: number;
  /** On the clock of the host, epoch milliseconds. */
  readonly sentTime: number;
  /** What the request names as known. */
  readonly base: KnownPages | undefined;
  /** Whether a scrape has given up waiting for the answer. */
  readonly isMissed: () => boolean;
  /** Whether to wait briefly for the answer, although the app has never answered. */
  readonly brief: boolean;
  outcome: Outcome | undefined;
  /** Called when there is an outcome. */
  readonly onOutcome: () => void;
  /** Whether no scrape waits for the answer any more. */
  readonly isOver: () => boolean;
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: InstanceAnswer }
  | { readonly kind: 'silent'; readonly reason: 'late' | 'broken' | 'stopped'; readonly message: string };

/** The first outcome stands. */
export function noteOutcome(request: Request, outcome: Outcome): void {
  request.outcome ??= outcome;
  request.onOutcome();
}
