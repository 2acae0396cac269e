/** What `pm2 monit` is to show: the entries of the configuration's `mashroomMetrics`, complete. */
import type { Query } from '../core/query/query';
import type { Vital } from '../core/query/vitals';

/** The name of metrics, or a glob. */
export type Shown = string | ShownQuery | ShownVital;

/**
 * One row, or `top` rows and the rest. Names are known before there are any numbers, since PM2's daemon never forgets a name: a
 * row's name has its rank, and what the row is of stands behind its value.
 */
export interface ShownQuery {
  readonly kind: 'query';
  /** Of all its probes; ranks are added to it. */
  readonly name: string;
  readonly query: Omit<Query, 'keep'> & { readonly top: number };
  /** In place of the metric's unit. */
  readonly unit?: string | undefined;
  /** A text behind the value of a single row, since its name does not say what it is. */
  readonly about?: string | undefined;
}

export interface ShownVital {
  readonly kind: 'vital';
  readonly name: string;
  readonly vital: Vital;
}
