/** Runs, and what they have answered. */
import type { Snapshot } from '../../core/snapshot';

/** One process of an instance, from its start to its end. PM2 may start another one under the same `pmId`. */
export interface Run {
  /** Name of the PM2 app. */
  readonly app: string;
  /** PM2's namespace of the app; `undefined` for the default one. */
  readonly namespace?: string | undefined;
  readonly pmId: number;
  /** Unique among all runs of the host, former ones too. */
  readonly key: string;
}

/** What a run has answered last. */
export interface RunSnapshot {
  readonly run: Run;
  /** Immutable: pages, values and orders are shared memory that no thread writes any more. */
  readonly snapshot: Snapshot;
  /** Whether it has ended, or PM2 is replacing it: its counters and histograms count, and its gauges do not. */
  readonly isLeaving: boolean;
}
