'use strict';

/** The metrics of a workload in a real OpenTelemetry SDK, to measure the cost of the SDK itself. */

const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
const { BOUNDS } = require('./workload');
const { random } = require('./random');

const SERIES_LIMIT = 5_000_000;

class Reader extends MetricReader {
  onForceFlush() {
    return Promise.resolve();
  }

  onShutdown() {
    return Promise.resolve();
  }
}

/**
 * @param {{families: object[]}} workload the SDK gets its metrics and series
 * @param {object} [reader] the only reader; by default one that collects totals
 */
function createSdk(workload, reader = new Reader({ cardinalitySelector: () => SERIES_LIMIT })) {
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter(workload.scope.name, workload.scope.version);
  const next = random(7);
  const series = [];
  for (const { header, points } of workload.families) {
    const { name, description, unit } = header.descriptor;
    const isHistogram = typeof points[0].value !== 'number';
    const advice = { explicitBucketBoundaries: BOUNDS };
    const instrument = isHistogram
      ? meter.createHistogram(name, { description, unit, advice })
      : meter.createCounter(name, { description, unit });
    const record = isHistogram
      ? (attributes) => instrument.record(next() * 12, attributes)
      : (attributes) => instrument.add(1 + Math.floor(next() * 9), attributes);
    for (const { attributes } of points) series.push({ record, attributes });
  }
  const update = ({ record, attributes }) => record(attributes);
  series.forEach(update);
  return {
    series,
    /** Records one measurement in the series with this index. */
    touch: (index) => update(series[index]),
    change(variant) {
      if (variant === 'everything') series.forEach(update);
      else
        for (let left = Math.ceil(series.length / 100); left > 0; left--)
          update(series[Math.floor(next() * series.length)]);
    },
    collect: async () => (await reader.collect()).resourceMetrics,
  };
}

module.exports = { createSdk };
