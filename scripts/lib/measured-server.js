'use strict';

/** One Mashroom server under PM2 that is measured from outside, by requests, and from inside, by the loop recorder. */

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { freePort } = require('./ports');

const ROOT = path.join(__dirname, '..', '..', 'examples', 'mashroom');
const PAUSE_MS = 5;
const PATIENCE_MS = 120_000;

/** @param {object} env what `examples/mashroom/mashroom.js` reads */
function serverApp(env) {
  const script = path.join(path.dirname(require.resolve('@mashroom/mashroom/package.json')), 'dist', 'server.js');
  const own = { NODE_ENV: 'production', ...env };
  return { name: 'mashroom', script, args: [ROOT], cwd: ROOT, exec_mode: 'cluster', env: own };
}

/**
 * @param {object} pm2 under which the server runs
 * @param {object} options
 * @param {string} options.name of the app
 * @param {'own' | 'stand-in'} options.collector
 * @param {boolean} options.withExporter
 * @param {number} options.series
 * @param {number} options.intervalMs between two collections, whatever they cost
 * @param {number} options.seconds for which it is measured
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<{p50: number, p99: number, requests: number, holdMs: number, bytes: number}>} the hold is time of the
 *   processor, where the system tells it
 */
async function measureServer(pm2, { name, collector, withExporter, series, intervalMs, seconds, signal }) {
  const record = path.join(pm2.folder, `${name}.json`);
  const port = await freePort();
  const warmUpMs = 4000 + series / 10;
  const env = {
    PORT: String(port),
    DEMO_COLLECTOR: collector,
    DEMO_SERIES: String(series),
    EXPORTER_CONFIG: JSON.stringify({ intervalMs, maxCollectLoad: 1 }),
    LOOP_RECORD_FILE: record,
    LOOP_RECORD_AFTER_MS: String(warmUpMs),
    LOOP_RECORD_FOR_MS: String(seconds * 1000),
    ...(withExporter ? {} : { WITHOUT_EXPORTER: '1' }),
  };
  const file = path.join(pm2.folder, `${name}.config.json`);
  writeFileSync(file, JSON.stringify({ apps: [{ ...serverApp(env), name, instances: 1 }] }));
  await pm2.command('start', file);
  const answered = await request(`http://127.0.0.1:${port}/shop`, {
    until: () => existsSync(record),
    deadline: Date.now() + PATIENCE_MS + warmUpMs + seconds * 1000,
    signal,
  });
  await pm2.command('delete', name);
  const { turns, from, to, bytes } = JSON.parse(readFileSync(record, 'utf8'));
  const durations = answered
    .filter(({ end }) => end > from && end < to)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  return {
    p50: quantile(durations, 0.5),
    p99: quantile(durations, 0.99),
    requests: durations.length,
    holdMs: Math.max(0, ...turns.map(({ ranMs }) => ranMs)),
    bytes,
  };
}

/** One request after the other. @returns {Promise<{end: number, ms: number}[]>} times are epoch milliseconds */
async function request(url, { until, deadline, signal }) {
  const answered = [];
  while (!until()) {
    if (Date.now() > deadline) throw new Error(`The server at ${url} has not measured anything`);
    const begin = performance.now();
    const isAnswered = await fetch(url, { signal }).then(
      (response) => response.text(),
      () => undefined,
    );
    if (isAnswered) answered.push({ end: Date.now(), ms: performance.now() - begin });
    await sleep(isAnswered ? PAUSE_MS : 100, undefined, { signal });
  }
  return answered;
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

module.exports = { measureServer, serverApp };
