/**
 * OpenTelemetry's default aggregation, for sdk-metrics 1.30: there a reader returns an object that makes aggregators, and
 * the classes of the SDK cannot be reached without loading it. Later versions take the number of an aggregation instead.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#default-aggregation
 */
import type { Descriptor } from '../../../core/otel';
import { HistogramAggregator } from './histogram';
import { LastValueAggregator } from './last-value';
import { SumAggregator } from './sum';

export interface SdkDescriptor extends Descriptor {
  readonly advice?: { readonly explicitBucketBoundaries?: readonly number[] };
}

const MONOTONIC_SUM = new SumAggregator(true);
const SUM = new SumAggregator(false);
const LAST_VALUE = new LastValueAggregator();

export function defaultAggregator({ type, advice }: SdkDescriptor): object {
  switch (type) {
    case 'GAUGE':
    case 'OBSERVABLE_GAUGE':
      return LAST_VALUE;
    case 'COUNTER':
    case 'OBSERVABLE_COUNTER':
      return MONOTONIC_SUM;
    case 'HISTOGRAM':
      return new HistogramAggregator(advice?.explicitBucketBoundaries);
    case undefined:
    default:
      return SUM;
  }
}

/** Keeps nothing of what is recorded. */
const nothing = (): undefined => undefined;

export const DROP_AGGREGATOR = {
  kind: 0,
  createAccumulation: nothing,
  merge: nothing,
  diff: nothing,
  toMetricData: nothing,
};
