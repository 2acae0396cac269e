/** What has come of a request. */
import type { InstanceAnswer } from '../result';

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
