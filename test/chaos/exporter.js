'use strict';

/** The exporter as it is published, in a process that looks like one of PM2's. */
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { oddValue, spoil } = require('./odd-values');

const load = () => require(path.join(__dirname, '..', '..', 'dist', 'src'));

const time = () => [Math.floor(Date.now() / 1000), 0];

/** @param {number} count of data points in each metric */
function collection(count = 3) {
  const point = (value) => (_, i) => ({ attributes: { i }, startTime: time(), endTime: time(), value });
  const metric = (name, dataPointType, value) => ({
    descriptor: { name, description: '', unit: '', type: 'COUNTER', valueType: 1 },
    dataPointType,
    aggregationTemporality: 1,
    isMonotonic: true,
    dataPoints: Array.from({ length: count }, point(value)),
  });
  const buckets = { buckets: { boundaries: [1, 2], counts: [1, 0, 2] }, count: 3, sum: 4, min: 0, max: 3 };
  const side = { offset: 0, bucketCounts: [1, 2] };
  const exponential = { count: 3, sum: 4, scale: 1, zeroCount: 0, positive: side, negative: side, min: 1, max: 2 };
  const metrics = [metric('sum', 3, 5), metric('gauge', 2, 5), metric('h', 0, buckets), metric('e', 1, exponential)];
  return { resource: { attributes: { a: 1 } }, scopeMetrics: [{ scope: { name: 'chaos' }, metrics }] };
}

const config = {
  intervalMs: 100,
  maxSeries: 1000,
  maxCollectLoad: 1,
  mashroomMetrics: ['*'],
  probes: { counters: 'rate', perMetric: 5, max: 50 },
  pmxMetrics: { v8: false, runtime: false, network: false, http: false, eventLoop: false },
  workers: { threads: 1, maxMemoryMb: 64, timeoutMs: 1000 },
};

function oddLogger(random) {
  const write = () => {
    if (random.chance(0.3)) throw oddValue(random);
    if (random.chance(0.3)) return Promise.reject(oddValue(random));
    return undefined;
  };
  return spoil({ debug: write, info: write, warn: write, error: write }, random, 0.05);
}

function oddCollect(random) {
  return () => {
    if (random.chance(0.1)) throw oddValue(random);
    if (random.chance(0.1)) return Promise.reject(oddValue(random));
    if (random.chance(0.05)) return new Promise(() => undefined);
    return spoil(collection(), random, 0.03);
  };
}

/** Starts the exporter, lets it run for that long, and stops it. It may only refuse a `collect` that is no function. */
async function withExporter(options, ms, meanwhile = () => undefined) {
  let exporter;
  try {
    exporter = load().startPm2Exporter(options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return;
  }
  await meanwhile();
  await sleep(ms);
  await exporter.stop();
}

module.exports = { collection, config, oddCollect, oddLogger, withExporter };
