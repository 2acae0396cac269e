/** Turns the numbers of one series, or of thousands of series together, into the statistics that probes show. */
import type { Layout } from '../../core/snapshot';
import type { ComparedFamily } from '../../core/query/compared-family';

const SIGNIFICANT_DIGITS = 6;

export interface Reading {
  /**
   * Adds the series whose numbers begin at `offset`. Called for every series of a large metric, so it must not allocate.
   */
  add(compared: ComparedFamily, layout: Layout, offset: number): void;
  statistics(): readonly Statistic[];
}

/**
 * Rounds a number that comes from a division or an interpolation: further digits carry no information, and `pm2 monit`
 * shows all digits.
 */
export function estimate(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** One number that probes show of a metric. */
export interface Statistic {
  /** Such as `p50`, `count/s` or `sum`; empty where a reading has only one statistic. */
  readonly label: string;
  readonly value: number;
  /** Whether the value is in the metric's unit. */
  readonly inUnit: boolean;
}

/** Not in the metric's unit, which is the unit of the observations. */
export function rateOfCount(count: number, seconds: number): Statistic {
  return { label: 'count/s', value: estimate(count / seconds), inUnit: false };
}
