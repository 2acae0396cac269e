/** The state of one app's sums: made by worker threads, owned by the main thread, and kept by the state file. */
import type { ScopeFamilies } from '../../core/snapshot';

/**
 * The counters and histograms of one app, over all of its runs. The sum of a series is its number in `carried` plus its
 * numbers in `last` of every run.
 *
 * Immutable, in shared memory, and owned by the main thread. Each absorbing makes the next state, which shares what has not
 * changed. Pages are only added behind the others, so that bases stay. The exception is a repacking, which writes pages anew
 * and moves all numbers with them.
 *
 * A series has a serial number: they count the series of all pages, in ascending order of the pages' bases.
 */
export interface ClusterState {
  /** Of the merged snapshots. Page ids are only valid within it. */
  readonly incarnation: string;
  /**
   * All series of all runs, as a snapshot has them. Merged gauges are among them, but their numbers are not in the state.
   * Series that are one in Prometheus may be several here, each with numbers of its own: what is shown is their sum.
   */
  readonly scopes: readonly ScopeFamilies[];
  /** The next free page id. No page has had it or a larger one. */
  readonly nextPageId: number;
  /** JSON text of the attributes that the resources of all runs had in common in the last round with a live run. */
  readonly resource: string;
  /**
   * A column, by the pages' bases: sums over the runs that have ended, and over what series had before they began anew. As
   * start time it has the earliest one of all runs.
   */
  readonly carried: Float64Array;
  /** By serial number: the round since which no run has the series, 0 while one has. */
  readonly gone: Int32Array;
  readonly runs: readonly RunNumbers[];
  /** How many rounds have been absorbed. */
  readonly round: number;
}

/** What one run has had last. */
export interface RunNumbers {
  /** Of the run. */
  readonly key: string;
  /** Of the run's snapshot that was absorbed last. */
  readonly incarnation: string;
  readonly generation: number;
  /**
   * A column, by the pages' bases. It ends where the app's series ended when the run was absorbed last. The start time is `NaN`
   * where the run does not have the series.
   */
  readonly last: Float64Array;
}

/** Memory of a former state that the current one does not share: the columns of runs that have been absorbed since. */
export function spareMemory(former: ClusterState, current: ClusterState): SharedArrayBuffer[] {
  const isShared = (run: RunNumbers): boolean =>
    current.runs.some(
      ({ key, incarnation, generation }) =>
        key === run.key && incarnation === run.incarnation && generation === run.generation,
    );
  return former.runs.filter((run) => !isShared(run)).map(({ last }) => last.buffer as SharedArrayBuffer);
}
