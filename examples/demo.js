'use strict';

/**
 * Runs three instances of a Mashroom server with the exporter, and the metrics server, under a separate PM2. Shows what
 * PM2 and Prometheus see of them, and removes everything at its end.
 */

const { fstatSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { createPm2Home } = require('../scripts/lib/pm2-home');
const { serverApp } = require('../scripts/lib/measured-server');
const { freePort } = require('../scripts/lib/ports');
const { startTraffic } = require('../scripts/lib/traffic');
const { compareCollectors } = require('./compare-collectors');
const { onNpmGone } = require('../scripts/lib/npm-watch');

/** From so many series on it matters what collecting costs. */
const COMPARED_SERIES = 10_000;

const USAGE = `Runs a Mashroom cluster with the exporter under a PM2 of its own, until Ctrl-C.

  npm start -- [options]

  --series <n>     counter series that each instance has besides its own (0)
                   from ${COMPARED_SERIES} on, requests and the event loop are measured too
  --seconds <n>    how long each of these measurements takes (10)
  --collector <c>  the metrics collector of the servers: own, or stand-in for Mashroom's (own)
  --instances <n>  instances of the server (3)
  --port <n>       port of the metrics server (15050; another one if that is taken)
  --help           this text`;

const OPTIONS = {
  series: { type: 'string', default: '0' },
  seconds: { type: 'string', default: '10' },
  collector: { type: 'string', default: 'own' },
  instances: { type: 'string', default: '3' },
  port: { type: 'string', default: '15050' },
  help: { type: 'boolean', default: false },
};

const METRICS_SERVER = path.join(__dirname, '..', 'server', 'dist', 'src', 'main.js');
const PM2 = path.join(path.dirname(require.resolve('pm2/package.json')), 'bin', 'pm2');
const ENOUGH_MS = 40_000;
const PATIENCE_MS = 120_000;

/** Aborted by a signal, or by the end of the process that started the demo. */
const end = new AbortController();

async function main() {
  const options = readOptions();
  if (options === undefined) return;
  listenForTheEnd();

  let pm2;
  let stopTraffic;
  try {
    // PM2 hands the environment on. With more series it is measured how fast the servers are.
    if (options.series === 0) process.env.DEMO_SLOW_INSTANCE = '1';
    pm2 = await createPm2Home();
    end.signal.throwIfAborted();
    console.log(`Starting ${options.instances} Mashroom servers under PM2 ${await pm2.call('getVersion')} ...`);
    const serverPort = await freePort();
    const metricsPort = await freePort(options.port);
    await startApps(pm2, { ...options, serverPort, metricsPort });
    await patiently('the server', async () => await fetchText(serverPort, '/mashroom/health/ready'));
    stopTraffic = startTraffic(serverPort, loadOfDemo);
    await show(pm2, { ...options, metricsPort });
    const { series, seconds } = options;
    if (series >= COMPARED_SERIES) {
      await compareCollectors(pm2, { series, seconds, signal: end.signal });
    }
    console.log(`\nServer:  http://localhost:${serverPort}/shop`);
    console.log(`Metrics: http://localhost:${metricsPort}/metrics and, summed up, /metrics/cluster`);
    // From any folder, where npx would get another PM2 from the registry.
    console.log(`Monitor: PM2_HOME=${pm2.home} ${PM2} monit`);
    console.log(`\nDashboard: http://localhost:${metricsPort}/\n${whatToLookAt(pm2, options)}`);
    console.log('\nCtrl-C ends it and removes everything.');
    await sleep(2 ** 31 - 1, undefined, { signal: end.signal });
  } catch (error) {
    if (!end.signal.aborted) {
      process.exitCode = 1;
      console.error(`\n${error.message}`);
      if (pm2) await printLogs(pm2);
    }
  } finally {
    stopTraffic?.();
    console.log('\nTaking everything down ...');
    await pm2?.close();
  }
  // Open requests of the traffic would keep the process alive.
  process.exit();
}

/** Milliseconds between two requests: the load rises and falls within two minutes. */
function loadOfDemo() {
  return 40 + 30 * Math.cos((Date.now() * 2 * Math.PI) / 120_000);
}

function whatToLookAt({ home }, { series, instances }) {
  const hasSlowOne = series === 0 && instances > 2;
  return [
    ...(hasSlowOne
      ? ['  - Overview: one of the servers is slower than the others, and is marked after some seconds.']
      : []),
    '  - Metrics: type "requests", click mashroom_http_requests_total, split it by route or by process.',
    '    The load rises and falls within two minutes.',
    '  - A reload, while you look at the overview:',
    `    PM2_HOME=${home} ${PM2} reload mashroom`,
  ].join('\n');
}

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (values.help) return void console.log(USAGE);
    return {
      series: wholeNumber('series', values.series, 0, 2_000_000),
      seconds: wholeNumber('seconds', values.seconds, 1, 600),
      collector: oneOf('collector', values.collector, ['own', 'stand-in']),
      instances: wholeNumber('instances', values.instances, 1, 16),
      port: wholeNumber('port', values.port, 1, 65_535),
    };
  } catch (error) {
    process.exitCode = 2;
    return void console.error(`${error.message}\n\n${USAGE}`);
  }
}

function oneOf(name, text, known) {
  if (known.includes(text)) return text;
  throw new Error(`--${name} has to be one of ${known.join(', ')}, not '${text}'`);
}

function wholeNumber(name, text, min, max) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name} has to be a whole number from ${min} to ${max}, not '${text}'`);
}

function listenForTheEnd() {
  const stop = () => end.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  // A closed output means that the reader has gone: take the cluster down.
  process.stdout.on('error', stop);
  process.stderr.on('error', stop);
  endWithStandardInput(stop);
  onNpmGone(stop);
}

/**
 * A pipe closes when the process that started the demo ends; a terminal sends SIGHUP. A file, /dev/null or a pipe that
 * was closed from the start means nothing.
 */
function endWithStandardInput(stop) {
  const input = fstatSync(0);
  if (!input.isFIFO() && !input.isSocket()) return;
  const begin = Date.now();
  process.stdin.once('close', () => {
    if (Date.now() - begin > 500) stop();
  });
  process.stdin.on('error', () => undefined).resume();
}

function startApps(pm2, { series, instances, collector, serverPort, metricsPort }) {
  const env = { PORT: String(serverPort), DEMO_SERIES: String(series), DEMO_COLLECTOR: collector };
  const mashroom = { ...serverApp(env), instances };
  const metrics = {
    name: 'pm2-metrics',
    script: METRICS_SERVER,
    cwd: __dirname,
    exec_mode: 'fork',
    env: { PM2_METRICS_PORT: String(metricsPort) },
  };
  const file = path.join(pm2.folder, 'ecosystem.json');
  writeFileSync(file, JSON.stringify({ apps: [mashroom, metrics] }));
  return pm2.command('start', file);
}

async function show(pm2, { series, metricsPort }) {
  const lines = await patiently('the metrics', async () => {
    const text = await fetchText(metricsPort, '/metrics/0');
    const all = text?.split('\n') ?? [];
    return all.length > series ? all : undefined;
  });
  const probes = await patiently('the probes', async () => {
    const [first] = await pm2.call('getMonitorData');
    const monitor = Object.entries(first?.pm2_env.axm_monitor ?? {});
    // Rates of requests have numbers after the second collection, which comes late where collecting is costly.
    const awaited = series < COMPARED_SERIES || Date.now() - begin < ENOUGH_MS ? 'hot 1' : 'plugins';
    return monitor.some(([name, { value }]) => name === awaited && Number.isFinite(value)) ? monitor : undefined;
  });
  console.log(`\nWhat pm2 monit shows of instance 0, ${probes.length} probes:\n`);
  for (const [name, { value, unit = '' }] of probes.slice(0, 24)) console.log(`  ${name.padEnd(24)} ${value} ${unit}`);
  if (probes.length > 24) console.log(`  ...`);
  console.log(`\nWhat Prometheus gets of instance 0, ${lines.length} lines:\n`);
  for (const line of lines.slice(0, 12)) console.log(`  ${line}`);
  console.log('  ...');
}

async function fetchText(port, path) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
  return response?.ok ? response.text() : undefined;
}

const begin = Date.now();

/** Calls `attempt` until it returns something. */
async function patiently(what, attempt) {
  for (;;) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    if (Date.now() - begin > PATIENCE_MS)
      throw new Error(
        `The demo has not started: no sign of ${what} after ${PATIENCE_MS / 1000} s. The logs of the apps:`,
      );
    await sleep(500, undefined, { signal: end.signal });
  }
}

async function printLogs(pm2) {
  console.error(await pm2.command('logs', '--nostream', '--lines', '10').catch((error) => error.message));
}

void main();
