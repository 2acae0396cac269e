/** The largest sizes of exponential histograms, by their descriptors: data points do not have them. */
import type { Descriptor, MetricData, ScopeMetrics } from '../../core/otel';
import { DataPointType } from '../../core/otel';
import { isKnownMeter, isSwappable, storagesOf, type SdkState } from './sdk-state';

/** @returns the collection with these sizes, as far as they are known */
export function withMaxSizes(
  scopeMetrics: readonly ScopeMetrics[],
  sdk: SdkState,
  collector: object,
): readonly ScopeMetrics[] {
  if (!scopeMetrics.some(({ metrics }) => metrics.some(isExponential))) return scopeMetrics;
  const sizes = maxSizes(sdk, collector);
  const sized = (metric: MetricData): MetricData => {
    const maxSize = sizes.get(metric.descriptor);
    return maxSize === undefined ? metric : { ...metric, maxSize };
  };
  return scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(sized) }));
}

function isExponential({ dataPointType }: MetricData): boolean {
  return dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM;
}

function maxSizes({ meterSharedStates }: SdkState, collector: object): Map<Descriptor, number> {
  const sizes = new Map<Descriptor, number>();
  for (const meter of meterSharedStates.values()) {
    if (!isKnownMeter(meter)) continue;
    for (const storage of storagesOf(meter, collector)) {
      const maxSize = isSwappable(storage) ? storage._deltaMetricStorage._aggregator._maxSize : undefined;
      if (typeof maxSize === 'number') sizes.set(storage._instrumentDescriptor, maxSize);
    }
  }
  return sizes;
}
