/**
 * Wires the parts of the exporter together, and makes sure that a process has only one exporter.
 *
 * ```
 * source ─▶ Collector ─▶ SnapshotEncoder ─▶ snapshot ─┬─▶ ProbeFeed ─▶ pool ─▶ Probes ─▶ @pm2/io
 *                          message ─▶ Responder ──────┴─▶ pool ─▶ PM2's daemon ─▶ asker
 * ```
 */
import { Collector } from './collect/collector';
import type { MetricsSource } from './collect/sources/source';
import type { ExporterConfig } from './config/config';
import { describeProblem, readConfig } from './config/read-config';
import { listenForRequests } from './ipc/listener';
import { findPm2, type Pm2Environment } from '../core/pm2/environment';
import { messageOf } from '../core/values';
import { LoopBeat } from './blocked/beat';
import { Ends } from './end/ends';
import { LastNumbers } from './end/last-numbers';
import { ToldServers } from './end/told-servers';
import { Responder } from './ipc/responder';
import { describeHeapLimit } from './heap-limit';
import type { Logger } from './logger';
import { describePlace } from './place';
import { startPmx } from './pmx/pmx';
import { ExporterPool } from './pool/exporter-pool';
import { findWorker } from './pool/find-worker';
import { ProbeFeed } from './probes/feed';
import { processWide, RUNNING, type Exporter } from './running';
import { SnapshotEncoder, type Encoding } from '../core/encoder/encoder';
import { StateLog } from '../core/state-log';

const THREADS = {
  name: 'Starting worker threads',
  consequence: 'so pm2 monit shows no metrics of this process and requests for them get no answer',
};

const HELLO_MS = 10_000;
/** Problems of one configuration that are logged. */
const MAX_PROBLEMS = 20;

/**
 * Starts the exporter. Never throws.
 * @param input the configuration as the user gave it, of any type. Each problem in it is a line in the log
 * @param logger one that never throws
 * @param defaultMetrics which metrics `pm2 monit` shows where the configuration does not say it; by default those of a
 * Mashroom server
 * @param encoder of a source that has one, with limits of its own: it has added up what was before this exporter too
 */
export function startExporter(
  source: MetricsSource,
  input: unknown,
  logger: Logger,
  defaultMetrics?: ExporterConfig['mashroomMetrics'],
  encoder?: Encoding,
): Exporter {
  stopFormer(logger);
  const { config, problems } = readConfig(input, defaultMetrics);
  const prefix = 'Configuration of the PM2 exporter: ';
  for (const problem of problems.slice(0, MAX_PROBLEMS)) logger.warn(`${prefix}${describeProblem(problem)}`);
  if (problems.length > MAX_PROBLEMS) logger.warn(`${prefix}${problems.length - MAX_PROBLEMS} more problems`);
  const found = findPm2();
  if (found.kind !== 'pm2') {
    const line = describePlace(found);
    if (found.kind === 'none') logger.info(line);
    else logger.warn(line);
    return INACTIVE;
  }
  const worker = findWorker();
  if (!worker.ok) {
    logger.warn(`The metrics of this process are not exported: ${worker.message}`);
    return INACTIVE;
  }
  const limit = describeHeapLimit(config.workers.maxMemoryMb);
  if (limit !== undefined) logger.warn(limit);
  try {
    const exporter = startUnderPm2(source, config, found, worker.path, logger, encoder ?? newEncoder(config));
    if (exporter.active) processWide[RUNNING] = exporter;
    return exporter;
  } catch (error) {
    logger.error(`The PM2 exporter could not be started, so no metrics are exported: ${messageOf(error)}`);
    return INACTIVE;
  }
}

/** An exporter that its host has forgotten to stop would answer each request a second time. */
function stopFormer(logger: Logger): void {
  try {
    const former = processWide[RUNNING];
    if (former === undefined) return;
    void former.stop();
    logger.warn(
      'The PM2 exporter was started again in this process: the former one is stopped, and its metrics are not exported any ' +
        'more. Start it once, with all "sources", or stop the former one first',
    );
  } catch (error) {
    logger.debug('The former exporter of this process could not be stopped:', error);
  }
}

const INACTIVE: Exporter = { active: false, stop: () => Promise.resolve(), flush: () => Promise.resolve() };

export function newEncoder({
  maxSeries,
  forgetAfterMs,
}: Pick<ExporterConfig, 'maxSeries' | 'forgetAfterMs'>): SnapshotEncoder {
  return new SnapshotEncoder({ maxSeries, forgetAfterMs: forgetAfterMs === 0 ? undefined : forgetAfterMs });
}

function startUnderPm2(
  source: MetricsSource,
  config: ExporterConfig,
  { pmId, daemon }: Pm2Environment,
  worker: string,
  logger: Logger,
  encoder: Encoding,
): Exporter {
  const states = new StateLog(logger);
  let started = false;
  const servers = new ToldServers();
  const beat = new LoopBeat({
    takesStack: config.blockedStack,
    states,
    about: () => ({ servers: servers.lately(collector.snapshot?.incarnation), from: pmId, daemon }),
  });
  const pool = new ExporterPool({
    ...config.workers,
    worker,
    hold: (snapshot) => encoder.hold(snapshot),
    onTrouble: (trouble) => {
      if (started) states.report(THREADS, trouble);
    },
    beat,
  });
  // The rest could end a process that may have no more threads: @pm2/io reads a file, for which Node.js starts threads.
  if (pool.trouble !== undefined) {
    logger.warn(`The metrics of this process are not exported until it is restarted: ${pool.trouble}`);
    return INACTIVE;
  }
  started = true;
  const pmx = startPmx({ pmxMetrics: config.pmxMetrics, maxProbes: config.probes.max, logger });
  const feed = new ProbeFeed({ pool, config, states, probes: pmx.probes });
  const responder = new Responder({
    pool,
    pmId,
    daemon,
    logger,
    states,
    refresh: (since) => collector.refresh(since),
    onAnswered: (pmIds, { generation }) => servers.noteGot(pmIds, generation),
  });
  const listening = listenForRequests((request) => {
    if (servers.note(request)) ends.watch();
    responder.ask(request);
  }, logger);
  const { intervalMs, maxCollectLoad, maxSeries } = config;
  let stopped: Promise<void> | undefined;
  const collector = new Collector({
    source,
    encoder,
    intervalMs,
    maxCollectLoad,
    maxSeries,
    logger,
    states,
    onSnapshot: (snapshot, isInterim) => {
      responder.update(snapshot);
      if (isInterim) return;
      // After the answers that this snapshot was collected for.
      setImmediate(() => {
        if (stopped === undefined) feed.update(snapshot);
      });
    },
    onOld: (ageMs) => feed.showAge(ageMs),
    onInterval: () => {
      if (listening.renew()) logger.debug('The app has removed all listeners of messages: the exporter listens again');
    },
  });
  const last = new LastNumbers({ source, encoder, collector, pool, servers, pmId, daemon, logger });
  const ends = new Ends(last);
  collector.start();
  beat.start();
  void pool.run({ kind: 'hello', from: pmId, daemon, timeoutMs: HELLO_MS }).then((said) => {
    if (!said.ok) logger.debug(`The metrics servers of this PM2 were not told of the start: ${said.message}`);
  });
  const exporter: Exporter = {
    get active() {
      return stopped === undefined;
    },
    stop() {
      stopped ??= end();
      return stopped;
    },
    flush: () => collector.flush(),
  };
  async function end(): Promise<void> {
    if (processWide[RUNNING] === exporter) processWide[RUNNING] = undefined;
    listening.stop();
    collector.finish();
    feed.stop();
    responder.stop();
    pmx.stop();
    ends.stop();
    beat.stop();
    await last.send();
    collector.stop();
    await beat.untilNotInspected();
    await pool.stop().catch((error: unknown) => logger.debug('Ending the worker threads failed:', error));
  }
  return exporter;
}
