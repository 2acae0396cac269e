/**
 * What the reader knows of the inside of OpenTelemetry's SDK: structural types, and checks of their shape.
 *
 * None of it is public. So each object is used only where it has exactly the shape that was tested, with sdk-metrics 1.30,
 * 2.12 and 3.1. Where it has another one the reader takes the SDK's public way.
 */
import type { Attributes, Descriptor, HrTime, MetricData, Scope } from '../../core/otel';

/** What the SDK gives a reader as its `MetricProducer`. Only `collect` is public. */
export interface SdkCollector {
  collect(options?: { timeoutMillis?: number }): Promise<SdkResult>;
  readonly _sharedState?: unknown;
}

export interface SdkResult {
  readonly resourceMetrics: {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeMetrics: readonly { readonly scope: Scope; readonly metrics: readonly MetricData[] }[];
  };
  readonly errors?: readonly unknown[];
}

/** A MeterProvider's state. */
export interface SdkState {
  readonly resource: SdkResult['resourceMetrics']['resource'];
  /** One for each reader. */
  readonly metricCollectors: object[];
  readonly meterSharedStates: ReadonlyMap<string, SdkMeter>;
}

export interface SdkMeter {
  readonly _instrumentationScope: Scope;
  readonly metricStorageRegistry: {
    /** Storages of instruments with a view, by name: all readers share them. */
    readonly _sharedRegistry: ReadonlyMap<string, readonly SdkStorage[]>;
    readonly _perCollectorRegistry: Map<object, ReadonlyMap<string, readonly SdkStorage[]>>;
  };
  readonly observableRegistry: {
    readonly _callbacks: readonly unknown[];
    readonly _batchCallbacks: readonly unknown[];
    /** Resolves to what the callbacks have thrown. */
    observe(time: HrTime, timeoutMillis?: number): Promise<readonly unknown[]>;
  };
}

/** One instrument's series, for one reader or, with a view, for all. */
export interface SdkStorage {
  readonly _instrumentDescriptor: Descriptor;
  collect(collector: object, time: HrTime): MetricData | undefined;
}

/** A storage whose deltas can be taken without the SDK's own passes over them. */
export interface SwappableStorage extends SdkStorage {
  readonly _deltaMetricStorage: {
    readonly _activeCollectionStorage: SdkDeltas;
    readonly _aggregator: SdkAggregator;
    /** Recordings beyond it go to one series. Counts that one. */
    _cardinalityLimit: number;
    /** Hands the deltas out and begins with none. */
    collect(): SdkDeltas;
  };
  readonly _temporalMetricStorage: {
    readonly _unreportedAccumulations: Map<object, unknown[]>;
    readonly _reportHistory: ReadonlyMap<object, { readonly accumulations?: { readonly size?: number } }>;
  };
}

/** Series and what was recorded of them since the last collection. Nothing is ever removed from it. */
export interface SdkDeltas {
  readonly _valueMap: ReadonlyMap<string, unknown>;
  readonly _keyMap: ReadonlyMap<string, Attributes>;
  /** Gives the keys of both maps. */
  readonly _hash: (attributes: Attributes) => unknown;
}

export interface SdkAggregator {
  /** Of exponential histograms. */
  readonly _maxSize?: unknown;
  toMetricData(
    descriptor: Descriptor,
    temporality: number,
    records: readonly (readonly [Attributes, unknown])[],
    endTime: HrTime,
  ): MetricData | undefined;
}

const DELTA_STORAGE = [
  '_activeCollectionStorage',
  '_aggregator',
  '_cardinalityLimit',
  '_cumulativeMemoStorage',
  '_overflowAttributes',
  '_overflowHashCode',
].join();
const TEMPORAL_STORAGE = ['_aggregator', '_reportHistory', '_unreportedAccumulations'].join();
const DELTAS = ['_hash', '_keyMap', '_valueMap'].join();

/** @returns `undefined` where the SDK is not one of those that were tested */
export function sdkStateOf(collector: SdkCollector): SdkState | undefined {
  try {
    const state = collector._sharedState as SdkState | undefined;
    const isKnown =
      typeof state?.resource === 'object' &&
      Array.isArray(state.metricCollectors) &&
      state.meterSharedStates instanceof Map;
    return isKnown ? state : undefined;
  } catch {
    return undefined;
  }
}

export function isKnownMeter(meter: SdkMeter): boolean {
  const { metricStorageRegistry: storages, observableRegistry: observables } = meter;
  return (
    typeof meter._instrumentationScope === 'object' &&
    storages?._sharedRegistry instanceof Map &&
    storages._perCollectorRegistry instanceof Map &&
    Array.isArray(observables?._callbacks) &&
    Array.isArray(observables._batchCallbacks) &&
    typeof observables.observe === 'function'
  );
}

export function isObservable({ _instrumentDescriptor: { type } }: SdkStorage): boolean {
  return type?.startsWith('OBSERVABLE') === true;
}

/** Whether the deltas of the storage can be swapped, and its numbers counted. */
export function isSwappable(storage: SdkStorage): storage is SwappableStorage {
  const { _deltaMetricStorage: deltas, _temporalMetricStorage: temporal } = storage as SwappableStorage;
  return (
    typeof storage.collect === 'function' &&
    keysOf(deltas) === DELTA_STORAGE &&
    keysOf(temporal) === TEMPORAL_STORAGE &&
    keysOf(deltas._activeCollectionStorage) === DELTAS &&
    deltas._activeCollectionStorage._keyMap instanceof Map &&
    deltas._activeCollectionStorage._valueMap instanceof Map &&
    temporal._unreportedAccumulations instanceof Map &&
    temporal._reportHistory instanceof Map &&
    typeof deltas.collect === 'function' &&
    typeof deltas._aggregator?.toMetricData === 'function'
  );
}

/** Whether the keys are `MetricData.recordedAttributes`. */
export function isKnownHash({ _hash: hash }: SdkDeltas): boolean {
  return typeof hash === 'function' && hash({}) === '' && hash({ b: 'x', a: 1 }) === '[["a",1],["b","x"]]';
}

function keysOf(object: unknown): string {
  return typeof object === 'object' && object !== null ? Object.keys(object).sort().join() : '';
}

/** All storages in which the collector's reader has a part, in the SDK's order. */
export function* storagesOf(meter: SdkMeter, collector: object): Generator<SdkStorage> {
  const { _sharedRegistry, _perCollectorRegistry } = meter.metricStorageRegistry;
  for (const storages of _sharedRegistry.values()) yield* storages;
  for (const storages of _perCollectorRegistry.get(collector)?.values() ?? []) yield* storages;
}
