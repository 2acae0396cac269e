/**
 * The collector's service, with the contract of Mashroom's own collector: other plugins record with it and export what it
 * returns.
 */
import type { Observable } from '@opentelemetry/api';
import type { ResourceMetrics } from '../../../core/otel';
import type { CollectorConfig } from './config';
import { Observables, type CallbackRef, type ObservableCallback } from './observables';
import type { Kinds } from './instruments';
import type { SdkMeterProvider } from './sdk';
import type { Tally } from './tally';
import type { Logger } from '../../logger';
import { TALLY } from '../found-tally';

type Labels = Record<string, string | number>;

interface ServiceCounter {
  readonly openTelemetryMetric?: Kinds['counter'];
  inc(by?: number | null, labels?: Labels): void;
}

interface ServiceHistogram {
  readonly openTelemetryMetric?: Kinds['histogram'];
  record(value: number, labels?: Labels): void;
}

/** What is recorded with it is lost: the metric is disabled, or its name is one of another kind. */
const NO_METRIC = Object.freeze({ inc: () => undefined, record: () => undefined, set: () => undefined });

export class CollectorService {
  /** For the exporter. */
  readonly [TALLY]: Tally;
  /** By the name that the caller has. Plugins ask for the same few metrics again with each recording. */
  private readonly counters = new Map<string, ServiceCounter>();
  private readonly histograms = new Map<string, ServiceHistogram>();
  private readonly observables: Observables;

  constructor(
    tally: Tally,
    private readonly config: CollectorConfig,
    logger: Logger,
  ) {
    this[TALLY] = tally;
    const find = {
      counter: (name: string, description: string) =>
        this.find('observable-counter', name, (meter, valid) => meter.createObservableCounter(valid, { description })),
      gauge: (name: string, description: string) =>
        this.find('observable-gauge', name, (meter, valid) => meter.createObservableGauge(valid, { description })),
    } satisfies Record<string, (name: string, description: string) => Observable | undefined>;
    this.observables = new Observables(tally.instruments.meter, find, logger);
  }

  counter(name: string, help: string): ServiceCounter {
    return kept(this.counters, name, () => {
      const counter = this.find('counter', name, (meter, valid) => meter.createCounter(valid, { description: help }));
      if (counter === undefined) return NO_METRIC;
      return { openTelemetryMetric: counter, inc: (by, labels) => counter.add(by ?? 1, labels) };
    });
  }

  histogram(name: string, help: string, buckets?: number[]): ServiceHistogram {
    return kept(this.histograms, name, () => {
      const { customHistogramBucketConfig: custom, defaultHistogramBuckets } = this.config;
      const histogram = this.find('histogram', name, (meter, valid) => {
        const own = Object.hasOwn(custom, valid) ? custom[valid] : undefined;
        const explicitBucketBoundaries = [...(own ?? buckets ?? defaultHistogramBuckets)];
        return meter.createHistogram(valid, { description: help, advice: { explicitBucketBoundaries } });
      });
      if (histogram === undefined) return NO_METRIC;
      return { openTelemetryMetric: histogram, record: (value, labels) => histogram.record(value, labels) };
    });
  }

  /** Calls the callback once, to learn of its metrics, and then at each collection. */
  addObservableCallback(callback: ObservableCallback): Promise<CallbackRef> {
    return this.observables.add(callback);
  }

  /** All metrics, with all that was counted since the process began. Made on demand: nothing else pays for it. */
  getOpenTelemetryResourceMetrics(): Promise<ResourceMetrics> {
    return this[TALLY].resourceMetrics();
  }

  getOpenTelemetryMeterProvider(): SdkMeterProvider {
    return this[TALLY].provider;
  }

  /** Removes all callbacks. What was counted stays, for the service that follows this one after a reload. */
  shutdown(): void {
    this.observables.removeAll();
  }

  private find<Kind extends keyof Kinds>(
    kind: Kind,
    name: string,
    create: (meter: Tally['instruments']['meter'], valid: string) => Kinds[Kind],
  ): Kinds[Kind] | undefined {
    const valid = validName(name);
    if (this.config.disableMetrics.includes(valid)) return undefined;
    return this[TALLY].instruments.get(kind, valid, (meter) => create(meter, valid));
  }
}

function kept<Metric>(metrics: Map<string, Metric>, name: string, make: () => Metric): Metric {
  let metric = metrics.get(name);
  if (metric === undefined) metrics.set(name, (metric = make()));
  return metric;
}

function validName(name: unknown): string {
  return (typeof name === 'string' && name !== '' ? name : 'undefined').replace(/\W/g, '_');
}
