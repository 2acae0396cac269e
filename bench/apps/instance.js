'use strict';

/** An instance under PM2 that runs the exporter. 1 % of its series change from one collection to the next. */

const { part } = require('../lib/engine');
const { createWorkload } = require('../lib/workload');

const { BENCH_WORKLOAD, BENCH_INTERVAL_MS } = process.env;
const workload = createWorkload(BENCH_WORKLOAD);

part('src/index.js').startPm2Exporter({
  collect: () => workload.collect('1 %'),
  intervalMs: Number(BENCH_INTERVAL_MS),
  // The exporter must not stretch the interval: each request should find a new snapshot.
  maxCollectLoad: 1,
  mashroomMetrics: ['shop_*'],
  workers: { maxMemoryMb: 2048 },
});

setInterval(() => undefined, 1000);
