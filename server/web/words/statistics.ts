/** Which numbers of a metric make sense, by its kind, and what they are called. */
import type { FoundMetric } from '../../protocol/page';
import type { ChartSpec } from './chart-spec';

const BY_KIND: Readonly<Record<FoundMetric['kind'], readonly string[]>> = {
  counter: ['rate', 'delta', 'total'],
  sum: ['total', 'rate', 'delta', 'avg', 'min', 'max'],
  gauge: ['total', 'avg', 'min', 'max'],
  histogram: ['p95', 'p50', 'p99', 'p99.9', 'avg', 'max', 'min', 'rate', 'delta', 'total'],
  summary: ['rate', 'delta', 'total'],
};

const NAMES: Readonly<Record<string, string>> = {
  rate: 'per second',
  delta: 'change',
  total: 'value',
  avg: 'mean',
  min: 'smallest',
  max: 'largest',
};
const COUNTS: Readonly<Record<string, string>> = { total: 'count', min: 'smallest', max: 'largest' };

/** The first one is shown unless another is chosen. */
export function statisticsOf(kind: FoundMetric['kind']): readonly string[] {
  return BY_KIND[kind] ?? BY_KIND.counter;
}

export function statisticName(statistic: string, kind?: FoundMetric['kind']): string {
  const isOfObservations = kind === 'histogram' || kind === 'summary';
  return (isOfObservations ? COUNTS[statistic] : undefined) ?? NAMES[statistic] ?? statistic;
}

/** What is shown of a metric that is opened: a gauge of several processes means most one by one. */
export function firstSpec({ name, kind, unit }: FoundMetric): ChartSpec {
  if (kind !== 'gauge') return { metric: name, as: statisticsOf(kind)[0]! };
  return { metric: name, as: unit === '1' || /ratio|percent/.test(name) ? 'avg' : 'total', pmId: 'all' };
}
