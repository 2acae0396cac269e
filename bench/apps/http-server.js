'use strict';

/**
 * An HTTP server with metrics: each request adds to one of its series. Arguments: exporter, number of series. Once a
 * second its metrics are collected, requested and answered. On request it sends its parent process the longest hold of
 * its event loop.
 */

const http = require('node:http');
const path = require('node:path');
const { waitedMs } = require('../lib/clock');
const { part } = require('../lib/engine');
const { createPeer } = require('../lib/peers');
const { createSdk } = require('../lib/sdk');
const { StraightforwardExporter } = require('../lib/straightforward');
const { createWorkload } = require('../lib/workload');

const [mode, series] = process.argv.slice(2);
const INTERVAL_MS = 1000;
/** Interval of the timer that measures holds of the event loop, which is the uncertainty of a hold too. */
const LOOK_MS = 2;

const counters = createWorkload({ counters: Number(series), histograms: 0 });

const OPTIONS = {
  intervalMs: INTERVAL_MS,
  // All exporters collect once per interval. With the default this one would stretch the interval; with more it would collect
  // again for the requests, which come right after the interval's collection.
  maxCollectLoad: 0.5,
  mashroomMetrics: ['shop_*'],
  logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error },
};

/** Asks the exporter as the metrics server does. The answer has all pages, which is more than that asks for. */
function askEachSecond() {
  const request = { topic: 'getMetrics', from: 1, pid: process.pid, data: { v: 2, form: 'snapshot' } };
  setInterval(() => process.emit('message', request), INTERVAL_MS);
}

const MODES = {
  'no exporter': () => createSdk(counters),
  'collect() alone'() {
    const sdk = createSdk(counters);
    setInterval(() => void sdk.collect(), INTERVAL_MS);
    return sdk;
  },
  ours() {
    const sdk = createSdk(counters);
    part('src/index.js').startPm2Exporter({ collect: sdk.collect, ...OPTIONS });
    askEachSecond();
    return sdk;
  },
  Pm2MetricReader() {
    const { Pm2MetricReader } = part('src/opentelemetry/index.js');
    const sdk = createSdk(counters, new Pm2MetricReader({ maxSeries: 2 * Number(series), ...OPTIONS }));
    askEachSecond();
    return sdk;
  },
  /** Only the part of the exporter that watches the event loop. */
  watched() {
    const { LoopBeat } = part('src/blocked/beat.js');
    const { ExporterPool } = part('src/pool/exporter-pool.js');
    const { findWorker } = part('src/pool/find-worker.js');
    const daemon = { kind: 'path', path: path.join(process.env.PM2_HOME, 'rpc.sock') };
    const about = () => ({ servers: [], from: '0', daemon });
    const beat = new LoopBeat({ takesStack: false, states: { note: () => undefined }, about });
    const hold = () => () => undefined;
    const limits = { threads: 1, maxMemoryMb: 512, timeoutMs: 60_000 };
    const pool = new ExporterPool({ worker: findWorker().path, ...limits, hold, beat });
    void pool.run({ kind: 'hello', from: '0', daemon, timeoutMs: 1000 });
    beat.start();
    return createSdk(counters);
  },
  'straightforward exporter'() {
    const sdk = createSdk(counters);
    const exporter = new StraightforwardExporter();
    setInterval(async () => {
      const data = await sdk.collect();
      exporter.export(data);
      exporter.answer(data);
    }, INTERVAL_MS);
    return sdk;
  },
  'prom-client'() {
    const peer = createPeer(require('prom-client'), counters);
    // Includes making the bytes of a response.
    setInterval(async () => Buffer.from(await peer.register.metrics()), INTERVAL_MS);
    return peer;
  },
};

const metrics = MODES[mode]();
let at = 0;
const server = http.createServer((_req, res) => {
  at = (at + 7919) % Number(series);
  metrics.touch(at);
  res.end('{"items":[1,2,3]}');
});

let longest = 0;
function watch() {
  let last = performance.now();
  let lastWaited = waitedMs();
  setInterval(() => {
    const now = performance.now();
    const waited = waitedMs();
    longest = Math.max(longest, now - last - LOOK_MS - (waited - lastWaited));
    last = now;
    lastWaited = waited;
  }, LOOK_MS);
}

process.on('message', ({ topic }) => {
  if (topic === 'reset') longest = 0;
  if (topic === 'longest') process.send({ longest });
});
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  watch();
  process.send({ port: server.address().port });
});
