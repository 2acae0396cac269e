'use strict';

/** A process with instruments of OpenTelemetry's SDK or of prom-client, and an exporter of them: one side of a comparison. */

const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
const { PrometheusSerializer } = require('@opentelemetry/exporter-prometheus');
const { createEncoder, part } = require('./engine');
const { random } = require('./random');

const { ReaderSource } = part('src/opentelemetry/reader-source.js');
const { DEFAULT_AGGREGATION, temporalityOf } = part('src/opentelemetry/selections.js');

const SERIES_LIMIT = 5_000_000;
const ROUTES = 1000;
const WARM_UPS = 12;
/** With a million series: each collection of them runs the code often enough. */
const FEW_WARM_UPS = 4;
const quiet = () => undefined;
const LOGGER = { debug: quiet, info: quiet, warn: quiet, error: quiet };

class CumulativeReader extends MetricReader {
  onForceFlush() {
    return Promise.resolve();
  }

  onShutdown() {
    return Promise.resolve();
  }
}

const cumulativeReader = () => new CumulativeReader({ cardinalitySelector: () => SERIES_LIMIT });

/** Ours, without what only PM2 needs. */
function readerOf(source) {
  return {
    setMetricProducer: (collector) => source.bind(collector),
    selectAggregation: () => DEFAULT_AGGREGATION,
    selectAggregationTemporality: temporalityOf,
    selectCardinalityLimit: () => SERIES_LIMIT,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** By name: what makes the reader, and what a collection does with it, encoder included. */
const KINDS = {
  ours: () => ours(true),
  'in one go': () => ours(false),
  'beside another': besideAnother,
  cumulative() {
    const reader = cumulativeReader();
    const { encode } = createEncoder();
    return { reader, cycle: async () => encode((await reader.collect()).resourceMetrics) };
  },
  /** A lower bound: what the SDK takes. */
  'collect() alone'() {
    const reader = cumulativeReader();
    return { reader, cycle: () => reader.collect() };
  },
  serializer() {
    const reader = cumulativeReader();
    const serializer = new PrometheusSerializer();
    return { reader, cycle: async () => serializer.serialize((await reader.collect()).resourceMetrics) };
  },
};

/** An application whose numbers two readers get. */
function besideAnother() {
  const { reader, cycle } = ours(true);
  const other = cumulativeReader();
  return {
    readers: [reader, other],
    async cycle() {
      await cycle();
      await other.collect();
    },
  };
}

function ours(sliced) {
  const source = new ReaderSource({ logger: LOGGER, sliced });
  const { encode } = createEncoder();
  const cycle = async () => {
    const data = await source.collect();
    source.accept(data);
    return encode(data);
  };
  return { reader: readerOf(source), cycle };
}

/**
 * @param {keyof KINDS | 'prom-client'} kind
 * @param {number} size how many series the instrument has
 * @param {object} options
 * @param {boolean} options.reused whether recordings use the same attributes objects each time
 * @param {'counter' | 'histogram'} [options.instrument]
 */
function createProcess(kind, size, { reused, instrument = 'counter' }) {
  const { add, cycle } = kind === 'prom-client' ? promClient() : openTelemetry(KINDS[kind](), instrument);
  const next = random(7);
  const kept = reused ? Array.from({ length: size }, (_, id) => attributesOf(id, 0)) : [];
  const record = (id) => add(kept[id] ?? attributesOf(id, Math.floor(next() * 3)));
  for (let id = 0; id < size; id++) record(id);
  return {
    cycle,
    /** Records once in that share of all series. */
    change(share) {
      if (share === 1) for (let id = 0; id < size; id++) record(id);
      else for (let left = Math.ceil(share * size); left > 0; left--) record(Math.floor(next() * size));
    },
  };
}

function openTelemetry({ reader, readers = [reader], cycle }, instrument) {
  const meter = new MeterProvider({ readers }).getMeter('bench');
  if (instrument === 'histogram') {
    const histogram = meter.createHistogram('requests');
    return { add: (attributes) => histogram.record(7, attributes), cycle };
  }
  const counter = meter.createCounter('requests');
  return { add: (attributes) => counter.add(1, attributes), cycle };
}

/** An observable instrument, whose callback gives all series each time. @returns {() => Promise<unknown>} a collection */
function createObservable(kind, size) {
  const { reader, cycle } = KINDS[kind]();
  const kept = Array.from({ length: size }, (_, id) => attributesOf(id, 0));
  const counter = new MeterProvider({ readers: [reader] }).getMeter('bench').createObservableCounter('requests');
  let value = 0;
  counter.addCallback((result) => {
    value++;
    for (const attributes of kept) result.observe(value, attributes);
  });
  return cycle;
}

function promClient() {
  const { Counter, Registry } = require('prom-client');
  const registry = new Registry();
  const labelNames = ['method', 'route', 'id'];
  const counter = new Counter({ name: 'requests', help: 'Requests.', labelNames, registers: [registry] });
  return { add: (labels) => counter.inc(labels, 1), cycle: () => registry.metrics() };
}

/** Each place in the code of an application writes the keys in an order of its own. */
function attributesOf(id, order) {
  const route = `/route/${id % ROUTES}`;
  if (order === 0) return { method: 'GET', route, id };
  return order === 1 ? { id, method: 'GET', route } : { route, id, method: 'GET' };
}

/** Until the code is compiled, and the series are known. */
async function warmUp(process, size) {
  const few = size > 200_000;
  for (let i = 0; i < (few ? FEW_WARM_UPS : WARM_UPS); i++) {
    process.change(few && i > 1 ? 0.01 : [1, 0.1, 0.01, 0][i % 4]);
    await process.cycle();
  }
  for (const share of [0, 0.01]) {
    process.change(share);
    await process.cycle();
  }
}

module.exports = { createObservable, createProcess, warmUp };
