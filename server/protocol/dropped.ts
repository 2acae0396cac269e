/** Series that an exposition does not show. */
import type { ExtraLabels } from './labels';

/** Why, and what the log says of a metric that has such series. */
export const DROP_REASONS = {
  value: 'counters that are negative or not a number are left out of OpenMetrics, which forbids them',
  sum: 'count and sum of histograms and summaries are left out of OpenMetrics where the sum is negative or not a number',
  quantile: 'summaries are left out of OpenMetrics that have a negative value at a quantile, which it forbids',
  count:
    'histograms and summaries are left out whose counts are not whole numbers from 0 on, do not add up, or are too large for the format',
  exemplar: 'exemplars are left out whose labels have more than 128 characters, or whose value is not in their bucket',
  scale:
    'histograms with a scale below -4, or with buckets beyond all numbers, are left out of the protobuf format, ' +
    'for native histograms have none',
  name: 'metrics are left out whose name is not allowed, or is that of another one',
  error: 'what cannot be rendered or added up is left out',
} as const;

export type DropReason = keyof typeof DROP_REASONS;

export interface Dropped {
  /** Those that all series of the snapshot get. */
  readonly labels: ExtraLabels;
  readonly reason: DropReason;
  readonly series: number;
}
