/** MeterProviders of each SDK with our source as their reader, and others beside it. */
import type { Meter } from '@opentelemetry/api';
import type { DataPoint, MetricData, ResourceMetrics } from '../../core/otel';
import { ReaderSource, type ReaderSourceOptions } from '../../src/opentelemetry/reader-source';
import type { SdkCollector } from '../../src/opentelemetry/sdk-state';
import { DEFAULT_AGGREGATION, temporalityOf } from '../../src/opentelemetry/selections';

export { SDKS } from '../core/encoder/sdk-metrics';

interface PullReader {
  collect(): Promise<{ readonly resourceMetrics: ResourceMetrics; readonly errors: readonly unknown[] }>;
}

export interface Sdk {
  readonly MeterProvider: new (options: object) => {
    getMeter(name: string): Meter;
    shutdown(): Promise<void>;
    forceFlush(): Promise<void>;
  };
  readonly MetricReader: new (options: object) => PullReader;
  /** Up to 1.30. */
  readonly View?: new (options: object) => object;
  readonly ExponentialHistogramAggregation?: new (maxSize: number) => object;
  readonly ExplicitBucketHistogramAggregation?: new (boundaries: readonly number[]) => object;
}

export const loadSdk = (name: string): Sdk => require(name) as Sdk;

export interface ViewOptions {
  readonly name: string;
  readonly maxSize?: number;
  readonly boundaries?: readonly number[];
  /** The attributes that stay. */
  readonly keys?: readonly string[];
  readonly limit?: number;
}

export function viewOf(sdk: Sdk, { name, maxSize, boundaries, keys, limit }: ViewOptions): object {
  const { View, ExponentialHistogramAggregation: Exponential, ExplicitBucketHistogramAggregation: Explicit } = sdk;
  const limits = limit === undefined ? {} : { aggregationCardinalityLimit: limit };
  if (View !== undefined && Exponential !== undefined && Explicit !== undefined) {
    return new View({
      instrumentName: name,
      ...(maxSize !== undefined && { aggregation: new Exponential(maxSize) }),
      ...(boundaries !== undefined && { aggregation: new Explicit(boundaries) }),
      ...(keys !== undefined && { attributeKeys: keys }),
      ...limits,
    });
  }
  const processor = { process: (attributes: object) => pick(attributes, keys ?? []) };
  return {
    instrumentName: name,
    ...(maxSize !== undefined && { aggregation: { type: 5, options: { maxSize, recordMinMax: true } } }),
    ...(boundaries !== undefined && { aggregation: { type: 4, options: { boundaries } } }),
    ...(keys !== undefined && { attributesProcessors: [processor] }),
    ...limits,
  };
}

function pick(attributes: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => keys.includes(key)));
}

export interface Log {
  readonly lines: string[];
  readonly logger: ReaderSourceOptions['logger'];
}

export function newLog(): Log {
  const lines: string[] = [];
  const note = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  return { lines, logger: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') } };
}

/** Ours as the SDK sees it, without an exporter. */
function readerOf(source: ReaderSource, limit = 100_000): object {
  return {
    setMetricProducer: (collector: SdkCollector) => source.bind(collector),
    selectAggregation: () => DEFAULT_AGGREGATION,
    selectAggregationTemporality: temporalityOf,
    selectCardinalityLimit: () => limit,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** A reader as other exporters have one, cumulative. */
export function foreignReader({ MetricReader }: Sdk, limit = 100_000): PullReader {
  class Foreign extends MetricReader {
    onForceFlush = (): Promise<void> => Promise.resolve();
    onShutdown = (): Promise<void> => Promise.resolve();
  }
  return new Foreign({ cardinalitySelector: () => limit });
}

export interface OursOptions extends Partial<ReaderSourceOptions> {
  readonly views?: readonly ViewOptions[];
  readonly others?: readonly object[];
  readonly resource?: object;
}

export interface Ours {
  readonly source: ReaderSource;
  readonly meter: Meter;
  readonly lines: readonly string[];
  /** Collects as the exporter does. */
  collect(): Promise<ResourceMetrics>;
}

export function startOurs(name: string, { views = [], others = [], resource, ...options }: OursOptions = {}): Ours {
  const sdk = loadSdk(name);
  const { lines, logger } = newLog();
  const source = new ReaderSource({ logger, sliced: true, ...options });
  const provider = new sdk.MeterProvider({
    readers: [readerOf(source), ...others],
    views: views.map((view) => viewOf(sdk, view)),
    ...(resource !== undefined && { resource, mergeResourceWithDefaults: false }),
  });
  return {
    source,
    meter: provider.getMeter('shop'),
    lines,
    async collect() {
      const data = (await source.collect()) as ResourceMetrics;
      source.accept(data);
      return data;
    },
  };
}

/** Values by `metric{attributes}`, as many as there are data points. */
export function valuesOf({ scopeMetrics }: ResourceMetrics): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { metrics } of scopeMetrics) {
    for (const metric of metrics) {
      for (const { attributes, value } of pointsOf(metric)) {
        const series = `${metric.descriptor.name}${JSON.stringify(attributes)}`;
        const number = typeof value === 'number' ? value : (value as { count: number }).count;
        values[series] = series in values ? [values[series], number].flat() : number;
      }
    }
  }
  return values;
}

function pointsOf({ dataPoints, more }: MetricData): readonly DataPoint[] {
  const behind = more === undefined ? [] : [...{ [Symbol.iterator]: () => more.read() }];
  return [...dataPoints, ...behind.flatMap((batch) => batch.dataPoints)];
}
