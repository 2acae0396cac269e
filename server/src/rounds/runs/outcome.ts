/** What has come of a request. */
import type { Run } from '../../../protocol/run';
import type { Snapshot } from '../../../../core/snapshot';

export interface InstanceAnswer {
  readonly run: Run;
  /** In shared memory, never written again. Sent in this round; it may be the same one as in the round before. */
  readonly snapshot: Snapshot;
  /** Size of the payload as it came; `undefined` for the plain form, which has no payload. */
  readonly bytes: number | undefined;
  /** From the request to the answer. */
  readonly durationMs: number;
  /** Age of the snapshot when its answer came. */
  readonly ageMs: number;
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: InstanceAnswer }
  | { readonly kind: 'silent'; readonly reason: 'late' | 'broken' | 'stopped'; readonly message: string };

/** What has an outcome, at first or later. */
export interface Awaited {
  outcome: Outcome | undefined;
  /** Called when there is an outcome. */
  readonly onOutcome: () => void;
}

/** The first outcome stands. */
export function noteOutcome(awaited: Awaited, outcome: Outcome): void {
  awaited.outcome ??= outcome;
  awaited.onOutcome();
}
