/** The names of statistics. */
import type { QueryStatistic } from './query';

const NAMED: readonly string[] = ['rate', 'delta', 'total', 'avg', 'min', 'max'];

export function isStatistic(name: string): name is QueryStatistic {
  return NAMED.includes(name) || quantileOf(name) !== undefined;
}

/** @returns 0 to 1; `undefined` for a name that is not like `p50` or `p99.9` */
export function quantileOf(statistic: string): number | undefined {
  return /^p(?:100|\d{1,2}(?:\.\d{1,6})?)$/.test(statistic) ? Number(statistic.slice(1)) / 100 : undefined;
}
