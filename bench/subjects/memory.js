'use strict';

/**
 * Memory per series, heap and shared memory together: how much the exporter adds to an instance that already has its
 * metrics, and how much other clients take. The caches of a worker thread are reported separately, in a note.
 */

const { createEncoder, part, Text } = require('../lib/engine');
const { createPeer } = require('../lib/peers');
const { timesLess, within } = require('../lib/rows');
const { createSdk } = require('../lib/sdk');
const { createWorkload } = require('../lib/workload');

const { PageCache } = part('workers/page-cache.js');

const NAME = 'memory per series';
const NOWHERE = { write() {}, lend() {} };
const BOUNDS = { counters: 250, histograms: 600 };

module.exports = async function memory({ quick, emit }) {
  const plan = quick ? { counters: 5000, histograms: 500 } : { counters: 100_000, histograms: 20_000 };
  for (const [kind, series] of Object.entries(plan)) await measure({ kind, series, emit });
};

async function measure({ kind, series, emit }) {
  const workload = createWorkload({ counters: 0, histograms: 0, [kind]: series });
  workload.families = workload.families.filter(({ points }) => points.length > 0);
  const row = { name: NAME, workload: `${series} ${kind}`, unit: 'bytes' };

  workload.change('everything');
  const before = used();
  const { encoder, encode } = createEncoder();
  // Enough cycles to allocate all columns: the current one, the previous one and the one that is written.
  for (let i = 0; i < 4; i++) await encode(workload.collect('everything'));
  const ours = [(used() - before) / series];
  const snapshot = await encode(workload.collect('nothing'));

  const text = new Text();
  const beforeCaches = used();
  const cache = new PageCache();
  cache.use(snapshot);
  for (const { families } of snapshot.scopes)
    for (const { pages } of families) for (const { page } of pages) cache.text(page, 0);
  const afterTexts = used();
  for (let i = 0; i < 3; i++) text.writeTo(NOWHERE, await encode(workload.collect('everything')));
  const caches = { json: (afterTexts - beforeCaches) / series, text: (used() - afterTexts) / series };
  keep(encoder, text, cache, snapshot);

  const others = {
    'prom-client': await promClient(workload, series),
    'OpenTelemetry SDK': await sdk(workload, series),
  };
  const note = `a worker's caches: ${Math.round(caches.json)} B for JSON, ${Math.round(caches.text)} B for Prometheus text`;
  emit(within({ ...row, ours, bound: BOUNDS[kind], against: `${BOUNDS[kind]} B`, note }));
  for (const [against, bytes] of Object.entries(others)) emit(timesLess({ ...row, ours, theirs: [bytes], against }));
}

async function promClient(workload, series) {
  const before = used();
  const peer = createPeer(require('prom-client'), workload);
  // prom-client does not copy the attributes objects, so they do not count: the workload has them already.
  await peer.register.metrics();
  const bytes = (used() - before) / series;
  keep(peer);
  return bytes;
}

async function sdk(workload, series) {
  const before = used();
  const subject = createSdk(workload);
  await subject.collect();
  await subject.collect();
  // This list belongs to the benchmark and must not count as memory of the SDK.
  subject.series.length = 0;
  const bytes = (used() - before) / series;
  keep(subject);
  return bytes;
}

/** Bytes in use. `arrayBuffers` includes shared memory. */
function used() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Keeps its arguments reachable until this call, so that no garbage collection frees them before. */
function keep(...alive) {
  return alive.length;
}
