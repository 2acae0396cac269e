'use strict';

/**
 * Measures how long one turn of the event loop of a real server takes, with the exporter and without it. Both include
 * the metrics collector's own collect(), which is subtracted.
 */

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { createPm2Home } = require('../scripts/lib/pm2-home');
const { freePort } = require('../scripts/lib/ports');

const USAGE = `Measures how long the event loop of a Mashroom server is held, with and without the exporter.

  node examples/loop-delay.js [options]

  --series <n>    counter series; may be given several times (100 and 100000)
  --seconds <n>   time to measure each for (30)
  --requests <n>  requests for metrics per second meanwhile (1)
  --sdk <name>    package of the OpenTelemetry SDK (sdk-metrics-1)
  --help          this text`;

const OPTIONS = {
  series: { type: 'string', multiple: true, default: ['100', '100000'] },
  seconds: { type: 'string', default: '30' },
  requests: { type: 'string', default: '1' },
  sdk: { type: 'string', default: 'sdk-metrics-1' },
  help: { type: 'boolean', default: false },
};

const HEAD = `The longest turn of the event loop from one collection to the next, in ms, without what the collector's own
collect() took of it, and without time in which others had the CPU (on Linux); then the same without the garbage
collection in it, which comes at any moment, and has the most to do right after a collect().

  series  exporter collections collect()    least   median  longest | without GC: median  longest`;

const ROOT = path.join(__dirname, 'mashroom');
const SERVER = path.join(path.dirname(require.resolve('@mashroom/mashroom/package.json')), 'dist', 'server.js');
const METRICS_SERVER = path.join(__dirname, '..', 'server', 'dist', 'src', 'main.js');
const INTERVAL_MS = 2000;
const WARM_UP_MS = 12_000;

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return console.log(USAGE);
  console.log(HEAD);
  for (const series of values.series) {
    for (const withExporter of [false, true]) {
      const result = evaluate(await measure({ ...values, series, withExporter }));
      print(series, withExporter, result);
    }
  }
}

async function measure({ series, seconds, requests, sdk, withExporter }) {
  const pm2 = await createPm2Home();
  const end = () => void pm2.close().then(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
  try {
    const file = path.join(pm2.folder, 'record.json');
    const env = {
      NODE_ENV: 'production',
      PORT: String(await freePort()),
      OTEL_SDK: sdk,
      DEMO_SERIES: series,
      // No limit: this measures what the exporter does after a collection, whatever that costs.
      EXPORTER_CONFIG: JSON.stringify({ intervalMs: INTERVAL_MS, maxCollectLoad: 1 }),
      LOOP_RECORD_FILE: file,
      LOOP_RECORD_AFTER_MS: String(WARM_UP_MS),
      LOOP_RECORD_FOR_MS: String(Number(seconds) * 1000),
      ...(withExporter ? {} : { WITHOUT_EXPORTER: '1', LOOP_RECORD_COLLECT_MS: String(INTERVAL_MS) }),
    };
    const app = { name: 'mashroom', script: SERVER, args: [ROOT], cwd: ROOT, exec_mode: 'cluster', instances: 1, env };
    const port = await freePort();
    const asker = {
      name: 'pm2-metrics',
      script: METRICS_SERVER,
      exec_mode: 'fork',
      env: { PM2_METRICS_PORT: String(port) },
    };
    const ecosystem = path.join(pm2.folder, 'ecosystem.json');
    writeFileSync(ecosystem, JSON.stringify({ apps: withExporter && Number(requests) > 0 ? [app, asker] : [app] }));
    await pm2.command('start', ecosystem);
    const deadline = Date.now() + WARM_UP_MS + Number(seconds) * 1000 + 60_000;
    while (!existsSync(file)) {
      if (withExporter && Number(requests) > 0) await ask(port, 1000 / Number(requests));
      if (Date.now() > deadline) throw new Error(`No measurement: ${await pm2.command('logs', '--nostream')}`);
      await sleep(200);
    }
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeListener(signal, end);
    await pm2.close();
  }
}

/** Scrapes once per period, for the work that it gives to the instance. */
async function ask(port, periodMs) {
  const [answer] = await Promise.all([
    fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined),
    sleep(Math.max(0, periodMs - 200)),
  ]);
  await answer?.arrayBuffer();
}

/** Other load on the machine makes turns longer, never shorter: the least of many cycles is the exporter's own. */
function evaluate({ turns, collections, garbage }) {
  const held = turns.map(({ from, to, waitedMs }) => {
    const ms = to - from - waitedMs - sum(collections.map(([begin, end]) => overlap(from, to, begin, end)));
    // The time of the collection is subtracted already.
    const ownGarbage = garbage.filter(([begin]) => !collections.some(([from, to]) => begin >= from && begin < to));
    return { from, to, ms, withoutGarbage: ms - sum(ownGarbage.map(([begin, end]) => overlap(from, to, begin, end))) };
  });
  const longestOf = (what) => longest(collections, held, what);
  const durations = collections.map(([begin, end]) => end - begin).sort((a, b) => a - b);
  return {
    collect: median(durations),
    all: longestOf((turn) => turn.ms),
    withoutGarbage: longestOf((turn) => turn.withoutGarbage),
  };
}

/** The values of all cycles, in ascending order. */
function longest(collections, held, what) {
  const cycles = collections.map(([begin]) => {
    const after = held.filter(({ from, to }) => to > begin && from < begin + INTERVAL_MS);
    return Math.max(0, ...after.map(what));
  });
  return cycles.sort((a, b) => a - b);
}

function median(sorted) {
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function overlap(from, to, begin, end) {
  return Math.max(0, Math.min(to, end) - Math.max(from, begin));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function print(series, withExporter, { collect, all, withoutGarbage }) {
  const ms = (value, width = 8) => (value ?? 0).toFixed(1).padStart(width);
  const exporter = withExporter ? 'with   ' : 'without';
  console.log(
    `${series.padStart(8)}  ${exporter}  ${String(all.length).padStart(11)} ${ms(collect, 9)} ` +
      `${ms(all[0])} ${ms(median(all))} ${ms(all.at(-1))} | ${ms(median(withoutGarbage), 18)} ${ms(withoutGarbage.at(-1))}`,
  );
}

void main();
