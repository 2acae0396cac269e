'use strict';

/** An HTTP server under load while its metrics are collected and requested every second. */

const { fork } = require('node:child_process');
const { on, once } = require('node:events');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const autocannon = require('autocannon');
const { atMost, timesLess, timesMore, within } = require('../lib/rows');
const { startStubDaemon } = require('../lib/stub-daemon');

const MODES = ['no exporter', 'collect() alone', 'ours', 'straightforward exporter', 'prom-client'];
/** Our reader is compared with no exporter, in rounds of their own: more of them, since the difference is small. */
const READER = 'Pm2MetricReader';
const BARE = 'no exporter';
const MOST_TIMES = 1.15;
const MOST_STALL_MS = 5;
const GROUPS = 40;
const TARGETS = { 'straightforward exporter': 3, 'prom-client': 3 };

module.exports = httpServer;
module.exports.takeRounds = takeRounds;

async function httpServer({ quick, emit }) {
  const plan = quick
    ? { series: 1000, count: 1, readerCount: 1, warmUpMs: 100, seconds: 1, rate: 200 }
    : { series: 100_000, count: 2, readerCount: 7, warmUpMs: 1500, seconds: 5, rate: 800 };
  const workload = `${plan.series} counters`;
  const daemon = await startStubDaemon();
  try {
    // Warm up the code that makes the load, in this process.
    if (!quick) await measure({ mode: BARE, daemon, ...plan, seconds: 1 });
    report({ taken: await takeRounds(MODES, plan.count, { daemon, ...plan }), workload, quick, emit });
    reportReader({
      taken: await takeRounds([BARE, READER], plan.readerCount, { daemon, ...plan }),
      workload,
      quick,
      emit,
    });
  } finally {
    daemon.stop();
  }
}

/** Interleaved rounds, each mode once in each. */
async function takeRounds(modes, count, plan) {
  const taken = Object.fromEntries(modes.map((mode) => [mode, { p99: [], stall: [], throughput: [] }]));
  for (let round = 0; round < count; round++) {
    for (const mode of round % 2 === 0 ? modes : modes.toReversed()) {
      const { p99, stall, throughput } = await measure({ mode, ...plan });
      taken[mode].p99.push(p99);
      taken[mode].stall.push(stall);
      taken[mode].throughput.push(throughput);
    }
  }
  return taken;
}

async function measure({ mode, daemon, series, warmUpMs, seconds, rate }) {
  const env = { ...process.env, PM2_HOME: daemon.home, pm_id: '0' };
  const server = fork(path.join(__dirname, '../apps/http-server.js'), [mode, String(series)], { env, execArgv: [] });
  try {
    const { port } = await answer(server, 'port');
    const url = `http://127.0.0.1:${port}`;
    await autocannon({ url, connections: 20, duration: 1 });
    await sleep(warmUpMs);
    server.send({ topic: 'reset' });
    const latencies = await steadyLoad(url, rate, seconds);
    const longest = answer(server, 'longest');
    server.send({ topic: 'longest' });
    const { longest: stall } = await longest;
    const full = await autocannon({ url, connections: 20, duration: Math.ceil(seconds / 2) });
    return { p99: percentile(latencies, 0.99), stall, throughput: full.requests.average };
  } finally {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  }
}

/**
 * Sends requests at a fixed rate, whether or not earlier ones are answered: users do not wait for each other.
 * autocannon sends all requests of a second at its beginning. Many groups with staggered starts spread them evenly.
 */
async function steadyLoad(url, rate, seconds) {
  const latencies = [];
  const groups = Array.from({ length: GROUPS }, async (_, group) => {
    await sleep((1000 / GROUPS) * group);
    const connections = rate / GROUPS;
    const options = { url, connections, overallRate: connections, duration: seconds, ignoreCoordinatedOmission: true };
    await new Promise((resolve, reject) => {
      const load = autocannon(options, (error) => (error ? reject(error) : resolve()));
      load.on('response', (_client, _status, _bytes, ms) => latencies.push(ms));
    });
  });
  await Promise.all(groups);
  return latencies;
}

function percentile(values, q) {
  return values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))];
}

/** The next message with this key. Others are skipped: @pm2/io sends its own messages over the same channel. */
async function answer(server, key) {
  const end = new AbortController();
  server.once('exit', () => end.abort());
  for await (const [message] of on(server, 'message', { signal: end.signal })) {
    if (message !== null && key in message) return message;
  }
  throw new Error(`http: the server process ended before it sent '${key}'`);
}

function report({ taken, workload, quick, emit }) {
  const { ours, ...others } = taken;
  for (const [against, theirs] of Object.entries(others)) {
    const target = quick || TARGETS[against] === undefined ? {} : { target: TARGETS[against] };
    const row = { workload, variant: 'as requests come', against };
    emit(timesLess({ ...row, ...target, name: 'HTTP: p99 latency', unit: 'ms', ours: ours.p99, theirs: theirs.p99 }));
    emit(
      timesLess({ ...row, ...target, name: 'HTTP: longest stall', unit: 'ms', ours: ours.stall, theirs: theirs.stall }),
    );
    const rates = { ours: ours.throughput, theirs: theirs.throughput };
    emit(timesMore({ ...row, name: 'HTTP: requests per second', unit: '/s', ...rates }));
  }
}

/** Compares medians: the p99 of one round says more about that round than about the exporter. */
function reportReader({ taken, workload, quick, emit }) {
  const ours = taken[READER];
  const theirs = taken[BARE];
  const row = { workload, variant: 'as requests come', unit: 'ms' };
  const p99 = { ...row, name: `HTTP with ${READER}: p99 latency`, ours: ours.p99, theirs: theirs.p99 };
  const medians = { ours: [median(ours.p99)], theirs: [median(theirs.p99)] };
  const goal = quick ? {} : { target: MOST_TIMES };
  emit(atMost({ ...p99, ...goal, ...medians, against: `${BARE}, medians of all rounds` }));
  emit(atMost({ ...p99, against: BARE }));
  // Waits for a processor are taken off both.
  const longer = Math.max(0.01, median(ours.stall) - median(theirs.stall));
  emit(
    within({
      ...{ ...row, against: `${MOST_STALL_MS} ms more than ${BARE}` },
      ...{ name: `HTTP with ${READER}: longest stall`, ours: [longer], bound: MOST_STALL_MS },
    }),
  );
}

function median(values) {
  return percentile(values, 0.5);
}
