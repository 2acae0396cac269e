'use strict';

/** Whole scrapes of a cluster through a real PM2: their duration, and the CPU time of daemon, instances and server. */

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { freePort } = require('../../scripts/lib/ports');
const { createPm2Home } = require('../../scripts/lib/pm2-home');
const { processCpuMs } = require('../lib/process-cpu');
const { within } = require('../lib/rows');

const TIMEOUT_MS = 10_000;
const INTERVAL_MS = 15_000;
/** Pause after a scrape. Work that follows the answer, such as updating the sums, is part of the scrape's cost. */
const SETTLE_MS = 500;
/** Smaller CPU times count as this, so that no ratio is 0 or negative. */
const LEAST_MS = 0.01;
const PATIENCE_MS = 180_000;
const SERVER = path.join(__dirname, '../../server/dist/src/main.js');

module.exports = async function scrape({ quick, workload, emit }) {
  if (!existsSync('/proc/self/task')) return;
  const plan = quick
    ? [{ instances: 2, size: 'tiny', count: 2, periodMs: 500 }]
    : [
        { instances: 16, size: 'small', count: 10, periodMs: 2000 },
        { instances: 4, size: 'large', count: 6, periodMs: 2000 },
      ];
  for (const one of plan) if (workload === undefined || workload === one.size) await measure({ ...one, emit });
};

async function measure({ emit, ...plan }) {
  const { instances, size } = plan;
  for (const [view, taken] of Object.entries(await record(plan))) {
    const row = { name: `whole scrape of ${instances} instances`, workload: size, variant: view, unit: 'ms' };
    const against = `${TIMEOUT_MS / 1000} s, the default timeout`;
    emit(within({ ...row, against, bound: TIMEOUT_MS, ours: taken.ms, note: `${taken.bytes} bytes of text` }));
    const share = `${INTERVAL_MS / 1000} s of one CPU`;
    for (const side of ['daemon', 'instances', 'server']) {
      const name = `CPU of ${side === 'instances' ? 'all instances' : `the ${side}`}`;
      emit(within({ ...row, name: `${row.name}: ${name}`, against: share, bound: INTERVAL_MS, ours: taken[side] }));
    }
  }
}

async function record({ instances, size, count, periodMs }) {
  const pm2 = await createPm2Home();
  const end = () => void pm2.close().then(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
  try {
    const port = await freePort();
    const ecosystem = path.join(pm2.folder, 'ecosystem.json');
    // The instances collect as often as they are scraped, so that each scrape gets new snapshots.
    const env = { NODE_ENV: 'production', BENCH_WORKLOAD: size, BENCH_INTERVAL_MS: String(periodMs) };
    const instance = { name: 'instance', script: path.join(__dirname, '../apps/instance.js'), exec_mode: 'fork' };
    const server = { name: 'pm2-metrics', script: SERVER, exec_mode: 'fork', env: { PM2_METRICS_PORT: String(port) } };
    writeFileSync(ecosystem, JSON.stringify({ apps: [{ ...instance, instances, env }, server] }));
    await pm2.command('start', ecosystem);
    await allAnswer(pm2, port, instances);
    const processes = await pm2.call('getMonitorData');
    const daemon = Number(readFileSync(path.join(pm2.home, 'pm2.pid'), 'utf8'));
    const pids = (name) => processes.filter((one) => one.name === name).map(({ pid }) => pid);
    const sides = { daemon: [daemon], instances: pids('instance'), server: pids('pm2-metrics') };
    const taken = {};
    for (const view of ['/metrics', '/metrics/cluster']) {
      const numbers = { ms: [], daemon: [], instances: [], server: [], bytes: 0 };
      for (let round = -1; round < count; round++) {
        const one = await scrapeOnce(port, view, sides, periodMs);
        if (round < 0) continue;
        for (const [what, value] of Object.entries(one)) {
          if (what === 'bytes') numbers.bytes = value;
          else numbers[what].push(value);
        }
      }
      taken[view] = numbers;
    }
    return taken;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeListener(signal, end);
    await pm2.close();
  }
}

/** Measures the CPU time of an equally long period without a scrape first, collections included, and subtracts it. */
async function scrapeOnce(port, view, sides, periodMs) {
  const cpu = () => Object.fromEntries(Object.entries(sides).map(([side, pids]) => [side, sumOf(pids)]));
  const idle = cpu();
  await sleep(periodMs);
  const before = cpu();
  const begin = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}${view}`);
  const body = await response.arrayBuffer();
  const ms = performance.now() - begin;
  if (!response.ok) throw new Error(`scrape: GET ${view} answered ${response.status}: ${Buffer.from(body).toString()}`);
  await sleep(Math.max(SETTLE_MS, periodMs - ms));
  const after = cpu();
  const of = (side) => Math.max(LEAST_MS, after[side] - before[side] - (before[side] - idle[side]));
  return { ms, bytes: body.byteLength, daemon: of('daemon'), instances: of('instances'), server: of('server') };
}

function sumOf(pids) {
  return pids.reduce((sum, pid) => sum + processCpuMs(pid), 0);
}

async function allAnswer(pm2, port, instances) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const up = await fetch(`http://127.0.0.1:${port}/metrics`)
      .then((response) => response.text())
      .then((text) => text.match(/^pm2_up\{.*\} 1$/gm)?.length ?? 0)
      .catch(() => 0);
    if (up >= instances) return;
    if (performance.now() > deadline) {
      const logs = await pm2.command('logs', '--nostream');
      throw new Error(
        `scrape: only ${up} of ${instances} instances are up after ${PATIENCE_MS / 1000} s. Logs of PM2: ${logs}`,
      );
    }
    await sleep(500);
  }
}
