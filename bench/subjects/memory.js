'use strict';

/**
 * Memory per series, heap and shared memory together: what the exporter adds to an instance that has its metrics already,
 * and what others take. What a worker thread derives for itself is told apart.
 */

const { createEncoder, Text } = require('../lib/engine');
const { createPeer } = require('../lib/peers');
const { timesLess, within } = require('../lib/rows');
const { createSdk } = require('../lib/sdk');
const { createWorkload } = require('../lib/workload');

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
  // As many as are needed for all columns to be there: current, previous, and the one that is written.
  for (let i = 0; i < 4; i++) await encode(workload.collect('everything'));
  const ours = [(used() - before) / series];
  const snapshot = await encode(workload.collect('nothing'));

  const text = new Text();
  const beforeCaches = used();
  text.pages.use(snapshot);
  for (const { families } of snapshot.scopes)
    for (const { pages } of families) for (const { page } of pages) text.pages.texts(page);
  const afterTexts = used();
  for (let i = 0; i < 3; i++) text.writeTo(NOWHERE, await encode(workload.collect('everything')));
  const caches = { json: (afterTexts - beforeCaches) / series, text: (used() - afterTexts) / series };
  keep(encoder, text, snapshot);

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
  // The attributes are those of the workload, which it does not copy either.
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
  // This list of ours is not the SDK's.
  subject.series.length = 0;
  const bytes = (used() - before) / series;
  keep(subject);
  return bytes;
}

/** Shared memory is counted among the array buffers. */
function used() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What is passed here has lived until now. */
function keep(...alive) {
  return alive.length;
}
