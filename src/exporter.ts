/**
 * Wires the exporter of one process together, and keeps it one per process.
 *
 * ```
 * source ─▶ Collector ─▶ SnapshotEncoder ─▶ snapshot ─┬─▶ ProbeFeed ─▶ pool ─▶ Probes (@pm2/io)
 *                          message ─▶ Responder ──────┴─▶ pool ─▶ PM2's daemon ─▶ asker
 * ```
 */
import { extname, join } from 'node:path';
import { Collector } from './collect/collector';
import type { MetricsSource } from './collect/source';
import type { ExporterConfig } from './config/config';
import { describeProblem, readConfig } from './config/read-config';
import { listenForRequests } from './ipc/listener';
import { readPm2Environment, type Pm2Environment } from '../core/pm2/environment';
import { Responder } from './ipc/responder';
import type { Logger } from './logger';
import { startPmx } from './pmx/pmx';
import { ExporterPool } from './pool/exporter-pool';
import { ProbeFeed } from './probes/feed';
import { SnapshotEncoder } from '../core/encoder/encoder';
import { StateLog } from './state-log';

export interface Exporter {
  /** Whether it runs: not without PM2, and not after `stop()`. */
  readonly active: boolean;
  /** Ends all that was started; may be called again. Resolves when the threads have ended. */
  stop(): Promise<void>;
}

/** The running exporter of this process, also that of another instance of this module. */
const RUNNING = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter running');
const processWide = globalThis as { [RUNNING]?: Exporter | undefined };

/** In `workers/`, which stands beside the folder of this file, compiled or not. */
const WORKER = join(__dirname, '../workers', `worker${extname(__filename)}`);

/** @param input the configuration as it was given, to be checked here */
export function startExporter(source: MetricsSource, input: unknown, logger: Logger): Exporter {
  // One that was not stopped, such as by a host that forgot it, would answer every request a second time.
  void processWide[RUNNING]?.stop();
  const { config, problems } = readConfig(input);
  for (const problem of problems) logger.warn(`Configuration: ${describeProblem(problem)}`);
  const environment = readPm2Environment();
  if (environment === undefined) {
    logger.info('Not started by PM2: no metrics are exported');
    return { active: false, stop: () => Promise.resolve() };
  }
  const exporter = run(source, config, environment, logger);
  processWide[RUNNING] = exporter;
  return exporter;
}

function run(
  source: MetricsSource,
  config: ExporterConfig,
  { pmId, daemon }: Pm2Environment,
  logger: Logger,
): Exporter {
  const states = new StateLog(logger);
  const encoder = new SnapshotEncoder({ maxSeries: config.maxSeries });
  const pool = new ExporterPool({ ...config.workers, worker: WORKER, hold: (snapshot) => encoder.hold(snapshot) });
  const pmx = startPmx({ pmxMetrics: config.pmxMetrics, maxProbes: config.probes.max, logger });
  const feed = new ProbeFeed({ pool, config, states, probes: pmx.probes });
  const responder = new Responder({ pool, pmId, daemon, logger });
  const stopListening = listenForRequests((request) => responder.ask(request), logger);
  const { intervalMs, maxCollectLoad, maxSeries } = config;
  const collector = new Collector({
    source,
    encoder,
    intervalMs,
    maxCollectLoad,
    maxSeries,
    logger,
    states,
    onSnapshot: (snapshot) => {
      responder.update(snapshot);
      feed.update(snapshot);
    },
  });
  collector.start();
  let stopped: Promise<void> | undefined;
  const exporter: Exporter = {
    get active() {
      return stopped === undefined;
    },
    stop() {
      stopped ??= end();
      return stopped;
    },
  };
  async function end(): Promise<void> {
    if (processWide[RUNNING] === exporter) processWide[RUNNING] = undefined;
    stopListening();
    collector.stop();
    feed.stop();
    responder.stop();
    pmx.stop();
    await pool.stop().catch((error: unknown) => logger.debug('Ending the worker threads failed:', error));
  }
  return exporter;
}
