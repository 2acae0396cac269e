/** Series that an exposition does not show. */
import type { ExtraLabels } from './labels';

/** Why, and what the log says of a metric that has such series. */
export const DROP_REASONS = {
  value: 'counters that are negative or not a number are left out of OpenMetrics, which forbids them',
  sum: 'count and sum of histograms and summaries are left out of OpenMetrics where the sum is negative or not a number',
  quantile: 'summaries with a negative value at a quantile are left out of OpenMetrics, which forbids it',
  count:
    'histograms and summaries are left out if their counts are not whole numbers from 0 on, do not add up, or are too large for the format',
  exemplar:
    'exemplars are left out if their labels have more than 128 characters, or their value is not in their bucket',
  scale:
    'histograms with a scale below -4, or with buckets beyond all numbers, are left out of the protobuf format, ' +
    'whose native histograms cannot have these',
  name: 'metrics are left out if their name is not allowed, or is that of another one',
  error: 'what cannot be rendered or added up is left out',
} as const;

export type DropReason = keyof typeof DROP_REASONS;

export interface Dropped {
  /** Those that all series of the snapshot get. */
  readonly labels: ExtraLabels;
  readonly reason: DropReason;
  readonly series: number;
}
