/**
 * A collection that does not hold the event loop: takes all deltas out of the SDK's storages at one moment, by exchanging
 * a map in each of them. Data points are made of them afterwards, in steps (`taken-deltas.ts`). The SDK itself would do it in one
 * go, pass over the deltas several times, and keep them until the next collection.
 */
import type { HrTime, MetricData, Scope, ScopeMetrics } from '../../core/otel';
import type { Sliced } from '../../core/slicer';
import { messageOf } from '../../core/values';
import {
  isKnownMeter,
  isObservable,
  isSwappable,
  storagesOf,
  type SdkDeltas,
  type SdkMeter,
  type SdkState,
  type SdkStorage,
  type SwappableStorage,
} from './sdk-state';
import { metricOfDeltas } from './taken-deltas';

/** What is left to do for one storage after the moment of the collection. */
interface Part {
  readonly storage: SdkStorage;
  /** `undefined` where the storage makes data points itself, such as one of an observable instrument. */
  readonly deltas: SdkDeltas | undefined;
}

interface ScopeParts {
  readonly scope: Scope;
  readonly parts: readonly Part[];
}

export class SlicedCollection {
  /** Storages that were looked at, and whether they can be swapped. */
  private readonly known = new WeakMap<SdkStorage, boolean>();

  /**
   * @param collector by this object the SDK's storages know the reader
   * @param onOther called where an instrument is collected in another way, or not at all, with the reason
   */
  constructor(
    private readonly collector: object,
    private readonly onOther: (reason: string) => void,
  ) {}

  /** Whether all meters have the shape that was tested. */
  isPossible({ meterSharedStates }: SdkState): boolean {
    for (const meter of meterSharedStates.values()) if (!isKnownMeter(meter)) return false;
    return true;
  }

  /**
   * Takes the deltas that there are at this moment.
   *
   * @param maxObserved observable instruments with more series than this are left out, as they are collected in one go
   * @returns the work that makes data points of them, which may be done in any number of slices
   */
  take({ meterSharedStates }: SdkState, time: HrTime, maxObserved = Infinity): Sliced<readonly ScopeMetrics[]> {
    const scopes: ScopeParts[] = [];
    for (const meter of meterSharedStates.values()) {
      const parts = this.partsOf(meter, maxObserved);
      if (parts.length > 0) scopes.push({ scope: meter._instrumentationScope, parts });
    }
    return this.makeScopes(scopes, time);
  }

  private partsOf(meter: SdkMeter, maxObserved: number): Part[] {
    const parts: Part[] = [];
    for (const storage of storagesOf(meter, this.collector)) {
      if (this.isOurs(storage)) {
        const { _deltaMetricStorage: deltas } = storage;
        if (deltas._activeCollectionStorage._valueMap.size > 0) parts.push({ storage, deltas: deltas.collect() });
      } else if (maxObserved === Infinity || seriesOf(storage, this.collector) <= maxObserved) {
        parts.push({ storage, deltas: undefined });
      }
    }
    return parts;
  }

  /** Whether the deltas of the storage are those of this reader alone. */
  private isOurs(storage: SdkStorage): storage is SwappableStorage {
    let isKnown = this.known.get(storage);
    if (isKnown === undefined) {
      isKnown = !isObservable(storage) && isSwappable(storage);
      if (!isKnown && !isObservable(storage)) this.onOther('a storage of the SDK has another shape than those tested');
      this.known.set(storage, isKnown);
    }
    if (!isKnown) return false;
    const { _unreportedAccumulations: readers } = (storage as SwappableStorage)._temporalMetricStorage;
    if (readers.size === 1) return readers.get(this.collector)?.length === 0;
    this.onOther('another MetricReader collects the same instruments');
    return false;
  }

  private *makeScopes(scopes: readonly ScopeParts[], time: HrTime): Sliced<readonly ScopeMetrics[]> {
    const made: ScopeMetrics[] = [];
    for (const { scope, parts } of scopes) {
      const metrics: MetricData[] = [];
      for (const part of parts) {
        yield;
        const metric = this.makeMetric(part, time);
        if (metric !== undefined) metrics.push(metric);
      }
      if (metrics.length > 0) made.push({ scope, metrics });
    }
    return made;
  }

  /** One instrument that cannot be collected is no reason to lose the others. */
  private makeMetric({ storage, deltas }: Part, time: HrTime): MetricData | undefined {
    try {
      if (deltas === undefined) return storage.collect(this.collector, time);
      return metricOfDeltas(storage as SwappableStorage, deltas, time);
    } catch (error) {
      this.onOther(`an instrument cannot be collected: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** How many series the SDK knows of an instrument that it collects itself. */
function seriesOf(storage: SdkStorage, collector: object): number {
  if (!isSwappable(storage)) return Infinity;
  return storage._temporalMetricStorage._reportHistory.get(collector)?.accumulations?.size ?? 0;
}
