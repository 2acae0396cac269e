/**
 * Takes a reader that will not collect any more out of the SDK. The SDK keeps what is recorded for a reader until it
 * collects: each series of each instrument, and for instruments with a view each collection of another reader.
 */
import { isKnownMeter, isSwappable, storagesOf, type SdkState } from './sdk-state';

/** @param collector by this object the SDK knows the reader */
export function leaveSdk({ metricCollectors, meterSharedStates }: SdkState, collector: object): void {
  // Instruments that are created from now on do not know the reader.
  const at = metricCollectors.indexOf(collector);
  if (at >= 0) metricCollectors.splice(at, 1);
  for (const meter of meterSharedStates.values()) {
    if (!isKnownMeter(meter)) continue;
    for (const storage of storagesOf(meter, collector)) {
      if (!isSwappable(storage)) continue;
      const { _deltaMetricStorage: deltas, _temporalMetricStorage: temporal } = storage;
      if (!temporal._unreportedAccumulations.delete(collector) || temporal._unreportedAccumulations.size > 0) continue;
      // No other reader has a part in it. The instrument goes on recording: from now on into one series.
      deltas.collect();
      deltas._cardinalityLimit = 0;
    }
    meter.metricStorageRegistry._perCollectorRegistry.delete(collector);
  }
}
