'use strict';

/**
 * Measures what users of a Mashroom server feel of its metrics: how long requests take, and how long the event loop is held
 * at a time, for each metrics collector with the exporter and without it. One server after the other, each under traffic.
 */

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { freePort } = require('../scripts/lib/ports');

const INTERVAL_MS = 2000;
const PAUSE_MS = 5;
const PATIENCE_MS = 120_000;

const HEAD = `
How long requests take, and for how long the event loop was held at a time, in ms. The hold is processor time on Linux:
other processes use the processors too. A collection every ${INTERVAL_MS / 1000} s, whatever it costs:

  collector  exporter   requests   median      p99  longest hold`;

/**
 * @param {object} pm2 under which the servers run
 * @param {object} options
 * @param {(env: object) => object} options.appOf the server's app, with that environment
 * @param {number} options.series
 * @param {number} options.seconds for which each of them is measured
 * @param {AbortSignal} options.signal
 */
async function compareCollectors(pm2, options) {
  console.log(HEAD);
  for (const collector of ['own', 'stand-in']) {
    for (const withExporter of [false, true]) {
      const { durations, hold } = await measure(pm2, { ...options, collector, withExporter });
      const ms = (value, width = 9) => value.toFixed(1).padStart(width);
      console.log(
        `  ${collector.padEnd(9)}  ${withExporter ? 'with   ' : 'without'} ${String(durations.length).padStart(11)}` +
          `${ms(quantile(durations, 0.5))}${ms(quantile(durations, 0.99))}${ms(hold, 14)}`,
      );
    }
  }
}

async function measure(pm2, { appOf, series, seconds, signal, collector, withExporter }) {
  const name = `compared-${collector}-${withExporter ? 'with' : 'without'}`;
  const record = path.join(pm2.folder, `${name}.json`);
  const port = await freePort();
  const warmUpMs = 4000 + series / 10;
  const env = {
    PORT: String(port),
    DEMO_COLLECTOR: collector,
    DEMO_SERIES: String(series),
    EXPORTER_CONFIG: JSON.stringify({ intervalMs: INTERVAL_MS, maxCollectLoad: 1 }),
    LOOP_RECORD_FILE: record,
    LOOP_RECORD_AFTER_MS: String(warmUpMs),
    LOOP_RECORD_FOR_MS: String(seconds * 1000),
    ...(withExporter ? {} : { WITHOUT_EXPORTER: '1' }),
  };
  const file = path.join(pm2.folder, `${name}.config.json`);
  writeFileSync(file, JSON.stringify({ apps: [{ ...appOf(env), name, instances: 1 }] }));
  await pm2.command('start', file);
  const deadline = Date.now() + PATIENCE_MS + warmUpMs + seconds * 1000;
  const requests = [];
  while (!existsSync(record)) {
    if (Date.now() > deadline) throw new Error(`${name} has not measured anything`);
    const begin = performance.now();
    const isAnswered = await fetch(`http://127.0.0.1:${port}/shop`, { signal }).then(
      (response) => response.text(),
      () => undefined,
    );
    const end = performance.now();
    if (isAnswered) requests.push({ end, ms: end - begin });
    await sleep(isAnswered ? PAUSE_MS : 100, undefined, { signal });
  }
  await pm2.command('delete', name);
  const from = performance.now() - seconds * 1000;
  const durations = requests.filter(({ end }) => end > from).map(({ ms }) => ms);
  const { turns } = JSON.parse(readFileSync(record, 'utf8'));
  const hold = Math.max(0, ...turns.map(({ ranMs }) => ranMs));
  return { durations: durations.sort((a, b) => a - b), hold };
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

module.exports = { compareCollectors };
