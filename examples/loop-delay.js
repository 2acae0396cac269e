'use strict';

/**
 * Measures how long the event loop of a real server is held at a time, with the exporter and without it: what the
 * metrics collector's own collect() holds is there in both, and is told apart.
 */

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { createPm2Home } = require('./lib/pm2-home');
const { freePort } = require('./lib/ports');

const USAGE = `Measures how long the event loop of a Mashroom server is held, with and without the exporter.

  node examples/loop-delay.js [options]

  --series <n>    counter series; may be given several times (100 and 100000)
  --seconds <n>   time to measure each for (20)
  --requests <n>  requests for metrics per second meanwhile (1)
  --sdk <name>    package of the OpenTelemetry SDK (sdk-metrics-1)
  --help          this text`;

const OPTIONS = {
  series: { type: 'string', multiple: true, default: ['100', '100000'] },
  seconds: { type: 'string', default: '20' },
  requests: { type: 'string', default: '1' },
  sdk: { type: 'string', default: 'sdk-metrics-1' },
  help: { type: 'boolean', default: false },
};

const ROOT = path.join(__dirname, 'mashroom');
const SERVER = path.join(path.dirname(require.resolve('@mashroom/mashroom/package.json')), 'dist', 'server.js');
/** As the example's configuration has it. */
const INTERVAL_MS = 5000;
const WARM_UP_MS = 12_000;

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return console.log(USAGE);
  console.log(
    'Longest turns of the event loop in ms; beside collect(): what a turn took without the\n' +
      'collection in it. Time in which the thread waited for a CPU is left out (on Linux).\n',
  );
  console.log('   series  exporter   collect()   beside collect():  longest     p99.9   turns > 5 ms');
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
      LOOP_RECORD_FILE: file,
      LOOP_RECORD_AFTER_MS: String(WARM_UP_MS),
      LOOP_RECORD_FOR_MS: String(Number(seconds) * 1000),
      ...(withExporter ? {} : { WITHOUT_EXPORTER: '1', LOOP_RECORD_COLLECT_MS: String(INTERVAL_MS) }),
    };
    const app = { name: 'mashroom', script: SERVER, args: [ROOT], cwd: ROOT, exec_mode: 'cluster', instances: 1, env };
    // PM2's own bookkeeping of a message to nobody is small; the answer's way through the daemon is what it costs users.
    const asker = {
      name: 'asker',
      script: path.join(__dirname, 'collector.js'),
      exec_mode: 'fork',
      env: await askerEnv(requests),
    };
    const ecosystem = path.join(pm2.folder, 'ecosystem.json');
    writeFileSync(ecosystem, JSON.stringify({ apps: withExporter && Number(requests) > 0 ? [app, asker] : [app] }));
    await pm2.command('start', ecosystem);
    const deadline = Date.now() + WARM_UP_MS + Number(seconds) * 1000 + 60_000;
    while (!existsSync(file)) {
      if (Date.now() > deadline) throw new Error(`No measurement: ${await pm2.command('logs', '--nostream')}`);
      await sleep(200);
    }
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeListener(signal, end);
    await pm2.close();
  }
}

async function askerEnv(requests) {
  return { COLLECTOR_PORT: String(await freePort()), COLLECTOR_PERIOD_MS: String(1000 / Number(requests)) };
}

function evaluate({ count, turns, collections }) {
  const beside = turns
    .map(([from, to, waited]) => to - from - waited - sum(collections.map((one) => overlap(from, to, ...one))))
    .sort((a, b) => b - a);
  return {
    collect: Math.max(0, ...collections.map(([begin, end]) => end - begin)),
    longest: beside[0] ?? 0,
    p999: beside[Math.floor(count / 1000)] ?? 0,
    above5: beside.filter((ms) => ms > 5).length,
  };
}

function overlap(from, to, begin, end) {
  return Math.max(0, Math.min(to, end) - Math.max(from, begin));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function print(series, withExporter, { collect, longest, p999, above5 }) {
  const number = (value, width) => value.toFixed(1).padStart(width);
  console.log(
    `${series.padStart(9)}  ${withExporter ? 'with    ' : 'without '} ${number(collect, 11)} ${number(longest, 27)} ` +
      `${number(p999, 9)} ${String(above5).padStart(14)}`,
  );
}

void main();
