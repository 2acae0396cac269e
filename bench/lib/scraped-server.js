'use strict';

/**
 * The metrics server without PM2, as a process of its own: its rounds have one instance with as many series as the argument
 * says, and all numbers of each round differ from those of the round before.
 */

const { createRequire } = require('node:module');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { createEncoder, part } = require('./engine');
const { createWorkload } = require('./workload');

const { ClusterPool } = part('server/src/cluster-pool.js');
const { ClusterSums } = part('server/src/cluster-sums.js');
const { createHttpServer } = part('server/src/http/server.js');
const { MetricsCluster } = part('server/src/metrics-cluster.js');
const { readOptions } = part('server/src/options/read-options.js');
const { StateStore } = part('server/src/state-store.js');
const { StateLog } = part('core/state-log.js');
const { countWhileHeld } = part('core/pool/shared-memory.js');

/** How long an instance takes to answer. */
const ASK_MS = 20;

async function main() {
  // The server's own copy: the benchmarks have none.
  const { pino } = createRequire(path.join(__dirname, '../../server/package.json'))('pino');
  const log = pino({ level: 'warn' });
  const { options } = readOptions({ env: { PM2_METRICS_PORT: '0' }, folder: __dirname });
  const pool = new ClusterPool({ threads: 1, maxMemoryMb: 2048, timeoutMs: 120_000 });
  const labels = { app: 'pm2_app', instance: 'pm_id' };
  const store = new StateStore({ file: undefined, pool });
  const sums = new ClusterSums({ pool, store, rules: [], maxEndedSeries: 1000, labels, known: () => [] });
  const asked = { self: -1, includes: () => true };
  const own = { labels: { app: 'pm2_app', pmId: 'pm_id' }, monitor: false, since: Date.now(), store };
  const ask = await rounds(Number(process.argv[2]));
  const cluster = new MetricsCluster({ rounds: { ask }, pool, sums, own, states: new StateLog(log), asked });
  const server = await createHttpServer({ options, cluster, log, version: '0' });
  process.on('message', () => process.send({ rss: process.memoryUsage.rss() }));
  process.on('disconnect', () => process.exit());
  process.send({ url: await server.listen() });
}

async function rounds(counters) {
  const first = await createEncoder().encode(createWorkload({ counters, histograms: 0 }).collect('everything'));
  const run = { app: 'shop', pmId: 0, key: 'a run' };
  let round = 0;
  const next = () => {
    round++;
    // A decoded answer has new memory too.
    const values = new Float64Array(new SharedArrayBuffer(first.values.byteLength));
    for (let i = 0; i < values.length; i++) values[i] = first.values[i] + (i % 2 === 1 ? round : 0);
    const snapshot = { ...first, values, generation: first.generation + round, previous: undefined };
    countWhileHeld(snapshot);
    const answer = { run, snapshot, bytes: 1, durationMs: 1, ageMs: 1 };
    const errors = { late: 0 };
    return {
      round,
      started: Date.now(),
      durationMs: 1,
      processes: [],
      answers: [answer],
      silent: [],
      leaving: [],
      blocked: [],
      errors,
    };
  };
  // Scrapes that come while instances are asked share a round, as in the real server.
  let asking;
  return () => {
    asking ??= sleep(ASK_MS).then(() => {
      asking = undefined;
      return next();
    });
    return asking;
  };
}

void main();
