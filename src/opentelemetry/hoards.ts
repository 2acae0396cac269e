/**
 * Finds a reader beside ours that does not collect. Instruments with a view are shared by all readers, and the SDK keeps
 * each collection of one reader until the others have collected too.
 */
import { isKnownMeter, isSwappable, type SdkState } from './sdk-state';

/** A reader with an interval of a minute is slow beside one of 100 ms, and no trouble. */
const MANY_COLLECTIONS = 1000;

/** @returns how many collections are kept for another reader; 0 unless they are many */
export function hoardedFor({ metricCollectors, meterSharedStates }: SdkState, collector: object): number {
  if (metricCollectors.length < 2) return 0;
  for (const meter of meterSharedStates.values()) {
    if (!isKnownMeter(meter)) return 0;
    const [storages] = meter.metricStorageRegistry._sharedRegistry.values();
    const storage = storages?.[0];
    if (storage === undefined || !isSwappable(storage)) continue;
    for (const [other, kept] of storage._temporalMetricStorage._unreportedAccumulations) {
      if (other !== collector && kept.length >= MANY_COLLECTIONS) return kept.length;
    }
  }
  return 0;
}
