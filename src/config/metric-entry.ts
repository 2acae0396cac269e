/** An entry of `mashroomMetrics`, and the names of its rows. */
import { rankedNames } from '../../core/monit/row';
import type { Query } from '../../core/query/query';
import type { Vital } from '../../core/query/vitals';

/** A number to show: a metric's, added up by attributes. */
export interface MetricQuery extends Omit<Query, 'keep'> {
  /** How many rows are shown, and one for the rest: 1 to 20, by default 5. Only with `by`. */
  readonly top?: number | undefined;
  /** What stands before the value, 1 to 20 characters: at 80 columns `pm2 monit` has room for 7. By default the statistic. */
  readonly name?: string | undefined;
  /** In place of the metric's unit: up to 20 characters, none for no unit. */
  readonly unit?: string | undefined;
}

/** One of the numbers that tell whether a process is well, from whichever metric of a known library has it. */
export interface VitalEntry {
  readonly vital: Vital;
  /** As that of a query; by default `req/s`, `err/s`, `p95`, `loop` or `sessions`. */
  readonly name?: string | undefined;
}

/** A name of metrics, a glob such as `http_*`, or an object. */
export type MetricEntry = string | MetricQuery | VitalEntry;

export const DEFAULT_TOP = 5;

/** The names of all the rows of an entry. */
export function namesOf(entry: MetricQuery | VitalEntry, name: string): readonly string[] {
  return hasRanks(entry) ? rankedNames(name, entry.top ?? DEFAULT_TOP) : [name];
}

export function isVital(entry: MetricQuery | VitalEntry): entry is VitalEntry {
  return 'vital' in entry;
}

export function hasRanks(entry: MetricQuery | VitalEntry): entry is MetricQuery & { readonly by: readonly string[] } {
  return !isVital(entry) && entry.by !== undefined && entry.by.length > 0;
}
