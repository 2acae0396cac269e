#!/usr/bin/env node
/** The metrics server: a PM2 app that gives Prometheus the metrics of all other apps of this PM2. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pino } from 'pino';
import { Daemon } from '../../core/pm2/daemon';
import { markingMessage } from '../../core/pm2/introductions';
import { readPm2Environment, type Pm2Environment } from '../../core/pm2/environment';
import { StateLog } from '../../core/state-log';
import { messageOf, printable } from '../../core/values';
import { WIRE_VERSION } from '../../core/wire/format';
import { ClusterPool } from './cluster-pool';
import { ClusterSums } from './cluster-sums';
import { listenPatiently } from './http/listen';
import { readAssets } from './http/front/assets';
import { createHttpServer } from './http/server';
import { Live } from './live/live';
import { MetricsCluster } from './metrics-cluster';
import { COMMAND, EXIT_CANNOT_START, MAX_LINE_CHARS, readCommandLine } from './options/cli';
import { labelNames, type ServerOptions } from './options/options';
import { endStopped } from './pm2/end-stopped';
import { onEnd, sendReady } from './pm2/ends';
import { exitWhenAlone } from './pm2/exit-when-alone';
import type { ProcessInfo } from './pm2/process-list';
import { waitForTurn } from './pm2/turn';
import { Apps } from './rounds/runs/apps';
import { Rounds } from './rounds/rounds';
import { StateStore } from './state-store';
import { TOP, top } from './top/top';

const PACKAGE = 'pm2-cluster-metrics';
const since = Date.now();
const MIB = 1024 * 1024;
const THREADS = { name: 'Starting worker threads', consequence: 'so scrapes are answered with errors' };
/** Heap limit of one worker thread in MiB. Shared memory does not count. */
const WORKER_HEAP_MB = 2048;
/** Most samples of an instance, for each series that it may have: one histogram may have many more. */
const SAMPLES_PER_SERIES = 8;
/** Longest pause between two attempts to connect to PM2's daemon, and longest wait of a scrape for the connection. */
const CONNECT_MS = 1000;
/** Time limit of one task of a worker thread: longer than any scraper waits. */
const TASK_MS = 120_000;
/** The process ends after this time at the latest. PM2 kills it 1.6 s after the signal. */
const END_MS = 1400;
/** After the start: a round then lets the log say that no app has metrics, also if there are no scrapes. */
const LOOK_MS = 15_000;
/** How long to retry a port in use: a server that PM2 replaces has ended by then. */
const PORT_MS = 5000;

/** For npm, pnpm and yarn on every system: files in node_modules/.bin can be shell scripts, which PM2 cannot run. */
const START = `pm2 start node_modules/${PACKAGE}/dist/src/main.js --name metrics`;
const OUTSIDE_PM2 = `\
${COMMAND}: nothing was started. PM2 has to run this server, because apps answer it by PM2's messages. Start it by one of:
  ${START}
  pm2 install ${PACKAGE}
`;

async function run(options: ServerOptions, environment: Pm2Environment, version: string): Promise<void> {
  const log = pino({ level: options.logLevel, name: COMMAND });
  const states = new StateLog(log);
  let finish = (): void => exit();
  const exit = onEnd(() => finish());
  await waitForTurn(options, log);
  const pool = new ClusterPool({
    threads: options.threads,
    maxMemoryMb: WORKER_HEAP_MB,
    timeoutMs: TASK_MS,
    onTrouble: (trouble) => states.report(THREADS, trouble),
  });
  const daemon = new Daemon(environment.daemon, { maxPauseMs: CONNECT_MS, connectMs: CONNECT_MS });
  const { apps, maxSeries } = options;
  const self = Number(environment.pmId);
  const known = new Apps({ apps, self });
  const asked = { self, includes: (process: ProcessInfo) => known.includes(process) };
  const maxBytes = options.maxInflatedMb * MIB;
  const maxSamples = maxSeries * SAMPLES_PER_SERIES;
  const rounds = new Rounds({
    daemon,
    apps,
    self,
    maxSeries,
    maxPayload: options.maxPayloadMb * MIB,
    decode: (payload, known, firstPageId) =>
      pool.run({ kind: 'decode', payload, known, firstPageId, maxBytes, maxSeries, maxSamples }),
    onLastNumbers: (heard) => cluster.takeLastNumbers(heard),
    onBlocked: (run, blocked) => live.noteBlocked(run, blocked),
  });
  const labels = labelNames(options);
  const store = new StateStore({ file: options.stateFile, pool, log });
  const sums = new ClusterSums({
    pool,
    store,
    rules: options.gauges,
    maxEndedSeries: options.maxEndedSeries,
    labels,
    known: () => rounds.known(),
  });
  const own = {
    labels,
    monitor: options.axmMonitor,
    since,
    store,
  };
  const cluster = new MetricsCluster({
    ...{ rounds, pool, sums, own, states, asked },
    onRound: (result) => live.take(result),
  });
  const live = new Live({
    ...{ version, pool, asked, states },
    ask: (timeoutMs) => cluster.look(timeoutMs),
    sums: (result) => cluster.sumsOf(result),
    known: () => rounds.known(),
  });
  rounds.start();
  const assets = readAssets(join(__dirname, '../web'));
  const server = await createHttpServer({ options, cluster, live, log, version, assets });
  let finishing: Promise<void> | undefined;
  finish = (): void => void (finishing ??= finishAll());
  const finishAll = async (): Promise<void> => {
    setTimeout(() => exit(), END_MS).unref();
    await Promise.all([server.close(), rounds.finish()]);
    // What was shown is in the file already. A write that is under way is not cut off.
    await sums.settled();
    rounds.stop();
    daemon.close();
    await pool.stop();
    exit();
  };
  log.info(`Listening at ${await listenPatiently(() => server.listen(), { options, log, patienceMs: PORT_MS })}`);
  sendReady();
  if (process.connected) process.send?.(markingMessage(WIRE_VERSION), undefined, undefined, () => undefined);
  if (options.exitWhenAlone) exitWhenAlone({ daemon, self, log });
  // The first scrape then knows the apps, and waits for their answers.
  void cluster.overview();
  setTimeout(() => void cluster.overview(), LOOK_MS).unref();
}

function main(): void {
  const { version } = createRequire(__filename)(`${PACKAGE}/package.json`) as { readonly version: string };
  const [command, ...rest] = process.argv.slice(2);
  const line = { env: process.env, folder: process.cwd(), version };
  if (command === TOP) return void top({ ...line, argv: rest });
  const environment = readPm2Environment();
  /** Under PM2 the app stays stopped: a restart cannot fix what has ended the start. */
  const end = (code: number): void => {
    process.exitCode = code;
    if (environment !== undefined) endStopped(environment, code);
  };
  const read = readCommandLine({ ...line, argv: process.argv.slice(2) });
  if (read.kind === 'exit') {
    process.stdout.write(read.stdout);
    process.stderr.write(read.stderr);
    end(read.code);
  } else if (environment === undefined) {
    process.stderr.write(OUTSIDE_PM2);
    end(EXIT_CANNOT_START);
  } else {
    run(read.options, environment, version).catch((error: unknown) => {
      process.stderr.write(`${COMMAND}: ${printable(messageOf(error), MAX_LINE_CHARS)}\n`);
      end(EXIT_CANNOT_START);
    });
  }
}

main();
