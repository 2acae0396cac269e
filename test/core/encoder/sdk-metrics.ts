/** Real metrics of real OpenTelemetry SDKs, of all release lines in use. */
import type { Attributes as SdkAttributes, Histogram, Meter } from '@opentelemetry/api';
import type { Attributes, MetricData, ResourceMetrics } from '../../../core/otel';

export const SDKS = ['sdk-metrics-1', '@opentelemetry/sdk-metrics', 'sdk-metrics-3'] as const;

interface Reader {
  collect(): Promise<{ resourceMetrics: ResourceMetrics; errors: unknown[] }>;
}

interface Sdk {
  readonly MeterProvider: new (options: object) => {
    getMeter(name: string, version?: string, options?: object): Meter;
  };
  readonly MetricReader: new (options?: object) => Reader;
  /** Up to 1.30. */
  readonly View?: new (options: object) => object;
  readonly ExponentialHistogramAggregation?: new () => object;
  /** Since 2.0. */
  readonly AggregationType?: { readonly EXPONENTIAL_HISTOGRAM: number };
}

export interface Process {
  /** Instruments whose names begin with `exponential` are exponential histograms. */
  readonly meter: Meter;
  collect(): Promise<ResourceMetrics>;
}

/** @param temporality of counters and histograms: 0 for deltas */
export function startSdk(name: string, temporality = 1): Process {
  const sdk = require(name) as Sdk;
  class PullReader extends sdk.MetricReader {
    onForceFlush = (): Promise<void> => Promise.resolve();
    onShutdown = (): Promise<void> => Promise.resolve();
  }
  const reader = new PullReader({ aggregationTemporalitySelector: () => temporality });
  const provider = new sdk.MeterProvider({ readers: [reader], views: [exponentialView(sdk)] });
  return {
    meter: provider.getMeter('shop', '1.2.3', { schemaUrl: 'https://example.org/schema' }),
    async collect() {
      const { resourceMetrics, errors } = await reader.collect();
      if (errors.length > 0) throw new AggregateError(errors);
      return resourceMetrics;
    },
  };
}

function exponentialView({ View, ExponentialHistogramAggregation, AggregationType }: Sdk): object {
  // The SDK takes the first star alone for one.
  const instrumentName = 'exponential*';
  if (View !== undefined && ExponentialHistogramAggregation !== undefined) {
    return new View({ instrumentName, aggregation: new ExponentialHistogramAggregation() });
  }
  return { instrumentName, aggregation: { type: AggregationType?.EXPONENTIAL_HISTOGRAM } };
}

/** An attribute value of each type that OpenTelemetry has, and texts that need escaping. */
const ATTRIBUTES: readonly SdkAttributes[] = [
  {},
  { text: 'plain', 'dotted.key': 'a' },
  { text: 'quote " backslash \\ line\nfeed \u2028 ä 💥', empty: '' },
  { integer: 42, fraction: -0.5, zero: 0, large: 1e21 },
  { yes: true, no: false },
  { texts: ['a', 'b"'], numbers: [1, 2.5], booleans: [true, false], holes: ['a', null, undefined], none: [] },
  { missing: undefined, le: '5', '1digit': 'x', __proto: 'y' },
];

/** Records measurements with all kinds of instruments. Call it again before each further collection. */
export function useInstruments(meter: Meter): (round: number) => void {
  const counter = meter.createCounter('requests', { description: 'With "quotes"\nand lines', unit: '1' });
  const upDown = meter.createUpDownCounter('open_requests');
  const gauge = meter.createGauge('temperature', { unit: 'Cel' });
  const advice = { explicitBucketBoundaries: [0, 0.5, 1, 2.5] };
  const histograms: readonly Histogram[] = [
    meter.createHistogram('duration', { unit: 's', advice }),
    meter.createHistogram('size', { unit: 'By' }),
    meter.createHistogram('exponential.duration', { unit: 's' }),
  ];
  const current = { round: 0 };
  meter.createObservableCounter('observed_total').addCallback((result) => {
    for (const [i, attributes] of ATTRIBUTES.entries()) result.observe(current.round * 10 + i, attributes);
  });
  meter.createObservableGauge('observed').addCallback((result) => {
    for (const [i, attributes] of ATTRIBUTES.entries()) result.observe(current.round - i * 0.1, attributes);
  });
  meter.createObservableUpDownCounter('observed.open').addCallback((result) => result.observe(-current.round));
  return (round) => {
    current.round = round;
    for (const [i, attributes] of ATTRIBUTES.entries()) {
      if ((i + round) % 3 === 0) continue; // Not all of them change, and some come later.
      counter.add(i + 0.25, attributes);
      upDown.add(i % 2 === 0 ? 3 : -4, attributes);
      gauge.record(20.5 - i * round, attributes);
      for (const histogram of histograms) histogram.record((i * 7 + round) / 10, attributes);
    }
  };
}

export function metricOf(data: ResourceMetrics, name: string): MetricData {
  for (const { metrics } of data.scopeMetrics) {
    for (const metric of metrics) if (metric.descriptor.name === name) return metric;
  }
  throw new Error(`no metric ${name}`);
}

export function attributesOf(metric: MetricData): readonly Attributes[] {
  return metric.dataPoints.map(({ attributes }) => attributes);
}
