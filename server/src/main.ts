#!/usr/bin/env node
/** The metrics server: a PM2 app that speaks for all others to Prometheus. */
import { createRequire } from 'node:module';
import { pino } from 'pino';
import { Daemon } from '../../core/pm2/daemon';
import { readPm2Environment } from '../../core/pm2/environment';
import { messageOf } from '../../core/values';
import { ClusterPool } from './cluster-pool';
import { ClusterSums } from './cluster-sums';
import { createHttpServer } from './http/server';
import { MetricsCluster } from './metrics-cluster';
import { COMMAND, readCommandLine } from './options/cli';
import type { ServerOptions } from './options/options';
import { Rounds } from './rounds/rounds';
import { StateStore } from './state-store';

const PACKAGE = 'pm2-cluster-metrics';
const since = Date.now();
const MIB = 1024 * 1024;
/** Heap of one worker thread in MiB; what is in shared memory is not in it. */
const WORKER_HEAP_MB = 2048;
/** PM2's daemon is found within this when it comes back; a scrape waits no longer for it. */
const CONNECT_MS = 1000;
/** Longer than any scraper waits. */
const TASK_MS = 120_000;
/** PM2 kills what has not ended 1.6 s after its signal. */
const END_MS = 1400;

async function run(options: ServerOptions, version: string): Promise<void> {
  const log = pino({ level: options.logLevel, name: COMMAND });
  const environment = readPm2Environment();
  if (environment === undefined) {
    log.fatal(`Answers come as messages of PM2, so that PM2 has to run this: pm2 start ${COMMAND}`);
    process.exitCode = 2;
    return;
  }
  const pool = new ClusterPool({ threads: options.threads, maxMemoryMb: WORKER_HEAP_MB, timeoutMs: TASK_MS });
  const daemon = new Daemon(environment.daemon, { maxPauseMs: CONNECT_MS, connectMs: CONNECT_MS });
  const { apps, maxSeries } = options;
  const maxBytes = options.maxInflatedMb * MIB;
  const rounds = new Rounds({
    daemon,
    apps,
    self: Number(environment.pmId),
    maxSeries,
    maxPayload: options.maxPayloadMb * MIB,
    decode: async (payload, known) =>
      (await pool.run({ kind: 'decode', payload, known, maxBytes, maxSeries })).snapshot,
  });
  const sums = new ClusterSums({
    pool,
    store: new StateStore({ file: options.stateFile, pool }),
    rules: options.gauges,
    maxEndedSeries: options.maxEndedSeries,
    labels: { app: options.appLabel, instance: options.instanceLabel },
    onError: (what, error) => log.warn({ err: error }, what),
  });
  const own = {
    labels: { app: options.appLabel, pmId: options.instanceLabel },
    monitor: options.axmMonitor,
    since,
  };
  const view = new MetricsCluster({ rounds, pool, sums, own, log });
  rounds.start();
  const server = await createHttpServer({ options, view, log, version });
  const finish = async (): Promise<void> => {
    setTimeout(() => process.exit(), END_MS).unref();
    await Promise.all([server.close(), sums.save()]);
    // What the last scrapes were told must not be more than what the next server begins with.
    await sums.save();
    rounds.stop();
    daemon.close();
    await pool.stop();
    process.exit();
  };
  let finishing: Promise<void> | undefined;
  const end = (): void => void (finishing ??= finish());
  // More of them than one, as from PM2 and from a terminal, must not interrupt what the first has begun.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  // In place of a signal, with PM2's option shutdown_with_message.
  process.on('message', (message) => message === 'shutdown' && end());
  // PM2's daemon has died: nothing reaches this process any more, and the next daemon's server will want the port.
  process.once('disconnect', end);
  log.info(`Listening at ${await server.listen()}`);
  // Apps are known before the first scrape, which then waits for them.
  view.instances().catch((error: unknown) => log.warn({ err: error }, 'PM2 does not answer yet'));
}

function main(): void {
  const { version } = createRequire(__filename)(`${PACKAGE}/package.json`) as { readonly version: string };
  const read = readCommandLine({ argv: process.argv.slice(2), env: process.env, folder: process.cwd(), version });
  if (read.kind === 'exit') {
    process.stdout.write(read.stdout);
    process.stderr.write(read.stderr);
    process.exitCode = read.code;
    return;
  }
  run(read.options, version).catch((error: unknown) => {
    console.error(`${COMMAND}: ${messageOf(error)}`);
    process.exit(1);
  });
}

main();
