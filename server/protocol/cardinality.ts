/** The task that counts series and values of attributes. */
import type { Snapshot } from '../../core/snapshot';

/** Answered by a {@link CardinalityResult}. */
export interface CardinalityTask {
  readonly kind: 'cardinality';
  readonly apps: readonly CardinalityApp[];
  /** How many pages the task may read that the thread does not know yet: they are what takes time. */
  readonly maxNewPages: number;
}

export interface CardinalityApp {
  /** Its name; in another namespace than the default one `<namespace>/<name>`. */
  readonly app: string;
  readonly runs: readonly { readonly pmId: number; readonly snapshot: Snapshot }[];
}

export interface CardinalityResult {
  readonly ok: true;
  readonly kind: 'cardinality';
  /** The same task again reads further pages. `undefined`: there are unread pages, and no counts. */
  readonly counts: CardinalityCounts | undefined;
}

export interface CardinalityCounts {
  /** All that there are. */
  readonly series: number;
  /** The largest first, at most {@link MAX_METRICS}. */
  readonly metrics: readonly CountedMetric[];
}

export interface CountedMetric {
  readonly metric: string;
  readonly app: string;
  /** In all runs. */
  readonly series: number;
  /** The one with most values first, at most {@link MAX_ATTRIBUTES}. */
  readonly attributes: readonly { readonly name: string; readonly values: number }[];
  /** The one with most series first. */
  readonly processes: readonly { readonly pmId: number; readonly series: number }[];
}

/** They bound what is kept of the past. */
export const MAX_METRICS = 1000;
export const MAX_ATTRIBUTES = 20;
/** Values of an attribute are counted up to this number, which then means: this many or more. */
export const MAX_VALUES = 200_000;
