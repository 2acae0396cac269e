'use strict';

/**
 * The collector's service on an OpenTelemetry SDK of any release line, and what only this stand-in has: trouble on
 * demand, and a memory of what it handed out.
 */

const { createRequire } = require('node:module');
const { setTimeout: sleep } = require('node:timers/promises');

const RESOURCE = { 'service.name': 'mashroom-server' };
const SCOPE = 'mashroom-monitoring-collector-service';
const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The SDK's own limit is 2,000. */
const SERIES_PER_INSTRUMENT = 5_000_000;
const CALLBACK_TIMEOUT_MS = 2500;

class MetricsCollector {
  /** What the next calls of `getOpenTelemetryResourceMetrics` do instead of their work. */
  trouble = undefined;
  /** How many of the last collected ResourceMetrics to keep in `collected`. */
  keep = Number(process.env.STAND_IN_KEEP) || 0;
  collected = [];
  /** Begin and end of each of the last collections, by `performance.now()`. */
  timings = [];

  #callbacks = new Set();
  #instruments = new Map();
  #observables = new Map();

  constructor(sdkName, logger) {
    const sdk = require(sdkName);
    this.logger = logger;
    this.reader = createReader(sdk);
    this.meterProvider = createMeterProvider(sdk, sdkName, this.reader);
    this.meter = this.meterProvider.getMeter(SCOPE);
    this.service = {
      counter: (name, help) => this.#counter(name, help),
      histogram: (name, help, buckets) => this.#histogram(name, help, buckets),
      addObservableCallback: async (callback) => {
        this.#callbacks.add(callback);
        return { removeCallback: () => void this.#callbacks.delete(callback) };
      },
      getOpenTelemetryResourceMetrics: () => this.#answer(),
      getOpenTelemetryMeterProvider: () => this.meterProvider,
    };
  }

  shutdown() {
    this.#callbacks.clear();
    this.meterProvider.shutdown().catch((error) => this.logger.warn('Shutdown failed', error));
  }

  #counter(name, help) {
    const counter = this.#instrument(name, () => this.meter.createCounter(name, { description: help }));
    return { inc: (by = 1, labels = {}) => counter.add(by, labels) };
  }

  #histogram(name, help, buckets = DEFAULT_BUCKETS) {
    const advice = { explicitBucketBoundaries: buckets };
    const histogram = this.#instrument(name, () => this.meter.createHistogram(name, { description: help, advice }));
    return { record: (value, labels = {}) => histogram.record(value, labels) };
  }

  #instrument(name, create) {
    let instrument = this.#instruments.get(name);
    if (!instrument) this.#instruments.set(name, (instrument = create()));
    return instrument;
  }

  #answer() {
    switch (this.trouble) {
      case 'throw':
        throw new Error('Trouble on demand: thrown');
      case 'reject':
        return Promise.reject(new Error('Trouble on demand: rejected'));
      case 'answer late':
        return this.#answerLate();
      case 'never answer':
        return new Promise(() => undefined);
      case 'answer nonsense':
        return Promise.resolve({ resourceMetrics: null });
      default:
        return this.#collect();
    }
  }

  async #answerLate() {
    while (this.trouble === 'answer late') await sleep(50);
    return this.#collect();
  }

  async #collect() {
    await Promise.all([...this.#callbacks].map((callback) => this.#observe(callback)));
    const begin = performance.now();
    const { resourceMetrics, errors } = await this.reader.collect();
    this.timings = [...this.timings.slice(-99), [begin, performance.now()]];
    for (const error of errors) this.logger.warn('Collecting failed in part', error);
    if (this.keep > 0) this.collected = [...this.collected.slice(1 - this.keep), resourceMetrics];
    return resourceMetrics;
  }

  /** Runs the callbacks before the SDK collects, which then reads what they have set. */
  async #observe(callback) {
    const observer = {
      gauge: (name, help) => this.#observable('createObservableGauge', name, help),
      counter: (name, help) => this.#observable('createObservableCounter', name, help),
    };
    try {
      const late = new AbortController();
      const timeout = sleep(CALLBACK_TIMEOUT_MS, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
      await Promise.race([callback(observer), timeout]);
      late.abort();
    } catch (error) {
      this.logger.warn('Observable callback failed', error);
    }
  }

  #observable(create, name, help) {
    let series = this.#observables.get(name);
    if (!series) {
      const observed = new Map();
      series = observed;
      this.#observables.set(name, observed);
      this.meter[create](name, { description: help }).addCallback((result) => {
        for (const { value, labels } of observed.values()) result.observe(value, labels);
      });
    }
    return { set: (value, labels = {}) => void series.set(JSON.stringify(labels), { value, labels }) };
  }
}

function createReader({ MetricReader }) {
  class PullReader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
  }
  return new PullReader({ cardinalitySelector: () => SERIES_PER_INSTRUMENT });
}

/** Up to 1.30 resources are made by a class, since 2.0 by a function. */
function createMeterProvider(sdk, sdkName, reader) {
  const { Resource, resourceFromAttributes } = createRequire(require.resolve(sdkName))('@opentelemetry/resources');
  const resource = resourceFromAttributes ? resourceFromAttributes(RESOURCE) : new Resource(RESOURCE);
  return new sdk.MeterProvider({ resource, readers: [reader] });
}

module.exports = { MetricsCollector };
