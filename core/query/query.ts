/** Queries: which number of a metric is wanted, added up by which attributes. For `pm2 monit`, the terminal table and the dashboard. */

/**
 * - `rate`: change per second since the snapshot before; of histograms and summaries, of the number of observations
 * - `delta`: change since the snapshot before
 * - `total`: the number as it is; of histograms and summaries, the number of observations
 * - `avg`: of scalars the mean over series; of histograms the mean of what was observed since the snapshot before
 * - `min`, `max`: over series; of histograms, of what was observed
 * - `p50`, `p95`, `p99`, `p99.9` and so on: of what was observed since the snapshot before
 */
export type QueryStatistic = 'rate' | 'delta' | 'total' | 'avg' | 'min' | 'max' | `p${number}`;

export interface Query {
  /** Name of the metric, or a glob. All scopes that have it count. */
  readonly metric: string;
  /** Attributes by whose values rows are made; none: one row. */
  readonly by?: readonly string[] | undefined;
  /** By attribute: a glob that its value matches. A series without the attribute does not match. */
  readonly where?: Readonly<Record<string, string>> | undefined;
  readonly as: QueryStatistic;
  /** How many rows are kept, by default all; what is below is added up in `other`. */
  readonly top?: number | undefined;
  /**
   * Labels of rows that are kept even if others are larger, so that rows of about equal size do not come and go. They are kept
   * as long as they are among the `2 * top` largest.
   */
  readonly keep?: readonly (readonly string[])[] | undefined;
}

export interface QueryRow {
  /** Values of the attributes in `by`, in that order; an attribute that a series lacks is empty. */
  readonly labels: readonly string[];
  /** `NaN`: nothing was recorded, or there is no snapshot before. */
  readonly value: number;
}

export interface QueryResult {
  /** Whether any series has matched. */
  readonly found: boolean;
  /**
   * Unit of the values, as the metric or the end of its name has it, with `/s` for rates. Numbers of observations have no unit
   * but that. `undefined`: none.
   */
  readonly unit: string | undefined;
  /** The largest first, at most `top`. */
  readonly rows: readonly QueryRow[];
  /** What the rows that are left out have together, among them those beyond the first 100,000; `undefined`: there are none. */
  readonly other: number | undefined;
}
