'use strict';

/**
 * One Mashroom server under PM2 that is measured from outside, by requests of an API plugin or of another page, and from inside,
 * by the loop recorder.
 */

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { freePort } = require('./ports');

const ROOT = path.join(__dirname, '..', '..', 'examples', 'mashroom');
const PAUSE_MS = 5;
/** Left out at both ends of the time without requests: one may still be under way. */
const MARGIN_MS = 200;
const PATIENCE_MS = 120_000;
const SHOP = { path: '/shop', env: {}, marker: '/shop/items/' };

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
 * @param {'own' | 'stand-in' | 'none'} options.collector
 * @param {boolean} options.withExporter
 * @param {number} options.series
 * @param {number} options.intervalMs between two collections, whatever they cost
 * @param {number} options.seconds for which it is measured
 * @param {number} [options.restSeconds] for which it is measured before that, without requests
 * @param {{path: string, env: object, marker: string}} [options.page] what is requested, what `examples/mashroom/mashroom.js`
 *   reads to serve it, and a text that no other answer contains
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<{p50: number, p99: number, requests: number, holdMs: number, restHoldMs: number, bytes: number}>} the
 *   holds are time of the processor, where the system tells it
 */
async function measureServer(pm2, options) {
  const { name, collector, withExporter, series, intervalMs, seconds, restSeconds = 0, page = SHOP, signal } = options;
  const record = path.join(pm2.folder, `${name}.json`);
  const port = await freePort();
  const warmUpMs = 4000 + series / 10;
  const env = {
    ...page.env,
    PORT: String(port),
    DEMO_COLLECTOR: collector,
    DEMO_SERIES: String(series),
    EXPORTER_CONFIG: JSON.stringify({ intervalMs, maxCollectLoad: 1 }),
    LOOP_RECORD_FILE: record,
    LOOP_RECORD_AFTER_MS: String(warmUpMs),
    LOOP_RECORD_FOR_MS: String((restSeconds + seconds) * 1000),
    ...(withExporter ? {} : { WITHOUT_EXPORTER: '1' }),
  };
  const file = path.join(pm2.folder, `${name}.config.json`);
  writeFileSync(file, JSON.stringify({ apps: [{ ...serverApp(env), name, instances: 1 }] }));
  await pm2.command('start', file);
  const answered = await request(`http://127.0.0.1:${port}${page.path}`, {
    marker: page.marker,
    until: () => existsSync(record),
    restMs: () => (existsSync(`${record}.begun`) ? restSeconds * 1000 : undefined),
    deadline: Date.now() + PATIENCE_MS + warmUpMs + (restSeconds + seconds) * 1000,
    signal,
  });
  await pm2.command('delete', name);
  const { origin, turns, from, to, bytes } = JSON.parse(readFileSync(record, 'utf8'));
  const rested = from + restSeconds * 1000;
  const longest = (begin, end) =>
    Math.max(0, ...turns.map(({ from, to, ranMs }) => (origin + from > begin && origin + to < end ? ranMs : 0)));
  const measured = answered.filter(({ end }) => end > rested && end < to);
  // Whatever else it answered is not what is to be measured.
  if (!measured.some(({ isPage }) => isPage) || !measured.every(({ isPage }) => isPage))
    throw new Error(`The server has not answered ${page.path} as expected while it was measured`);
  const durations = measured.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    p50: quantile(durations, 0.5),
    p99: quantile(durations, 0.99),
    requests: durations.length,
    holdMs: longest(rested, Infinity),
    restHoldMs: longest(from + MARGIN_MS, rested - MARGIN_MS),
    bytes,
  };
}

/**
 * One request after the other, all of them in one session where the server makes one.
 *
 * @param {object} options
 * @param {() => number | undefined} options.restMs for how long to pause, once; `undefined` for not yet
 * @returns {Promise<{end: number, ms: number, isPage: boolean}[]>} times are epoch milliseconds
 */
async function request(url, { marker, until, restMs, deadline, signal }) {
  const answered = [];
  const headers = {};
  let hasRested = false;
  while (!until()) {
    const rest = hasRested ? undefined : restMs();
    if (rest !== undefined) {
      hasRested = true;
      await sleep(rest, undefined, { signal });
    }
    if (Date.now() > deadline) throw new Error(`The server at ${url} has not measured anything`);
    const begin = performance.now();
    const answer = await ask(url, { headers, signal }).catch(() => undefined);
    const isPage = answer !== undefined && answer.ok && answer.text.includes(marker);
    answered.push({ end: Date.now(), ms: performance.now() - begin, isPage });
    if (isPage && answer.cookie) headers.cookie = answer.cookie;
    await sleep(isPage ? PAUSE_MS : 100, undefined, { signal });
  }
  return answered;
}

async function ask(url, options) {
  const response = await fetch(url, options);
  const cookie = response.headers.get('set-cookie')?.split(';', 1)[0];
  return { ok: response.ok, text: await response.text(), cookie };
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

module.exports = { measureServer, serverApp };
