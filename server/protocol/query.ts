/** The tasks that answer the dashboard's questions to snapshots. */
import type { Query } from '../../core/query/query';
import type { Vital } from '../../core/query/vitals';
import type { Snapshot } from '../../core/snapshot';
import type { FoundMetrics } from './page';

/** What is known of a process's vitals. */
export type Vitals = Readonly<Partial<Record<Vital, number>>>;

/** A snapshot, which may lack the families that the task does not ask for. */
export interface QueriedSnapshot {
  readonly snapshot: Snapshot;
  /** The one before it, for changes; `undefined`: they are not known. */
  readonly earlier: Snapshot | undefined;
}

/** Answered by a {@link QueryResult}. */
export interface QueryTask {
  readonly kind: 'query';
  readonly snapshots: readonly QueriedSnapshot[];
  /** Indexes of the snapshots of which the vitals are asked for. */
  readonly vitals: readonly number[];
  readonly charts: readonly ChartQuestion[];
}

export interface ChartQuestion {
  readonly query: Query;
  /** What it is about. */
  readonly of: readonly {
    /** Index of the snapshot. */
    readonly snapshot: number;
    /** Its series have a name of their own; `undefined`: they are added up with those of other snapshots. */
    readonly label: string | undefined;
  }[];
}

export interface QueryTaskResult {
  readonly ok: true;
  readonly kind: 'query';
  /** In the order of the task's. */
  readonly vitals: readonly Vitals[];
  readonly charts: readonly ChartAnswer[];
}

export interface ChartAnswer {
  /** Why there is nothing to show, in a sentence. */
  readonly problem?: string;
  readonly unit: string | undefined;
  /** The largest first. Labels are those of {@link ChartQuestion.of} and the values of the attributes. */
  readonly rows: readonly { readonly labels: readonly string[]; readonly value: number }[];
  /** Of all further series together; `undefined`: there are none. */
  readonly other: number | undefined;
}

/** Find metrics by a part of their names, or of the attributes of their series. Answered by a {@link SearchTaskResult}. */
export interface SearchTask {
  readonly kind: 'search';
  readonly text: string;
  readonly snapshots: readonly { readonly app: string; readonly snapshot: Snapshot }[];
}

export interface SearchTaskResult {
  readonly ok: true;
  readonly kind: 'search';
  readonly found: FoundMetrics;
}
