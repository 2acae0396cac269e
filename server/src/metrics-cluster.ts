/**
 * Answers scrapes: it asks the instances, and lets worker threads merge and render their answers.
 *
 * ```
 * HTTP ─▶ MetricsCluster ─▶ Rounds ─▶ instances
 *              │              └─▶ pool: decode ─▶ snapshots
 *              ├─▶ ClusterSums ─▶ pool: absorb ─▶ snapshots
 *              └─▶ pool: render ─▶ chunks ─▶ HTTP
 * ```
 */
import { once } from 'node:events';
import type { Logger } from 'pino';
import { DaemonError } from '../../core/pm2/daemon';
import type { LabelledSnapshot } from '../protocol/tasks';
import { TaskError, type ClusterPool } from './cluster-pool';
import type { ClusterSums } from './cluster-sums';
import { ownMetrics, type OwnMetricsOptions } from './own-metrics';
import { PlainEncoder } from './rounds/plain-encoder';
import type { InstanceAnswer, RoundResult } from './rounds/result';
import type { Rounds } from './rounds/rounds';
import { Renderings } from './renderings/renderings';
import { ViewError, type ExpositionStream, type InstanceOfApp, type Scraped, type Writing } from './view';

export interface MetricsClusterOptions {
  readonly rounds: Pick<Rounds, 'ask'>;
  readonly pool: ClusterPool;
  readonly sums: ClusterSums;
  readonly own: OwnMetricsOptions;
  readonly log: Logger;
}

/** How long the list of instances may take. It does not wait for instances that are known to be stopped. */
const LIST_MS = 2000;
/** Each warning is logged once. Beyond this number of warnings, earlier ones may be logged again. */
const MAX_TOLD = 1000;
/** Limit of the server's own series: more than the processes that PM2 can run have. */
const OWN_SERIES = 100_000;

const SLOW =
  'Clients that read too slowly lose their connections, since what is rendered for them leaves no room for other scrapes';

export class MetricsCluster {
  private readonly ownEncoder = new PlainEncoder(OWN_SERIES, {
    maxDataPoints: OWN_SERIES,
    maxNumbers: 64 * OWN_SERIES,
  });
  private readonly renderings: Renderings;
  private readonly told = new Set<string>();
  private reachable = false;
  /** Whether every round updates the cluster's sums: from the first request for them on, which may never come. */
  private summing = false;

  constructor(private readonly options: MetricsClusterOptions) {
    this.renderings = new Renderings(() => this.tell(SLOW));
  }

  /**
   * Whether PM2's daemon answered the last time. If it did not, this asks it again, and the next call returns the result.
   */
  ready(): boolean {
    if (!this.reachable) this.instances().catch(() => undefined);
    return this.reachable;
  }

  /**
   * For service discovery: the full list of the processes that PM2 runs and that have answered with metrics.
   * @throws ViewError
   */
  async instances(): Promise<readonly InstanceOfApp[]> {
    const { answers, silent } = await this.ask(LIST_MS);
    return [...answers, ...silent].map(({ run: { app, pmId } }) => ({ app, pmId })).sort((a, b) => a.pmId - b.pmId);
  }

  /**
   * @param deadlineMs how long to wait for the instances
   * @throws ViewError
   */
  async scrape(what: Scraped, { format, gzip }: Writing, deadlineMs: number): Promise<ExpositionStream> {
    const only = what.view === 'instance' ? what.pmId : undefined;
    const result = await this.ask(deadlineMs, only);
    // Two results of one round differ in the answers that have come by then.
    const key = [what.view, only, format, result.round, result.answers.length].join(' ');
    const exposition = this.renderings.open({ key, gzip }, async (sink) => {
      const snapshots = await this.snapshotsOf(what, result);
      const view = what.view === 'instance' ? 'instance' : 'all';
      return this.options.pool.render({ view, snapshots, format }, sink, (warning) => this.tell(warning));
    });
    try {
      // As soon as there is something to read, so that what fails before is an error and not half an answer.
      await once(exposition, 'readable');
      return exposition;
    } catch (error) {
      exposition.release();
      if (!(error instanceof TaskError)) throw error;
      throw new ViewError('INTERNAL', error.message, { cause: error });
    }
  }

  /** Closes the slowest of the connections that have had time to read. @returns whether there is any */
  dropSlowest(): boolean {
    return this.renderings.dropSlowest();
  }

  private async snapshotsOf(what: Scraped, result: RoundResult): Promise<readonly LabelledSnapshot[]> {
    switch (what.view) {
      case 'instance':
        return [{ snapshot: instanceOf(result, what.pmId).snapshot, labels: [] }];
      case 'cluster': {
        this.summing = true;
        const { snapshots, warnings } = await this.options.sums.absorb(result);
        warnings.forEach((warning) => this.tell(warning));
        return [...snapshots, await this.ownSnapshot(result)];
      }
      case 'all':
        if (this.summing) void this.options.sums.absorb(result).catch((error: unknown) => this.tell(String(error)));
        return [...result.answers.map((answer) => this.labelled(answer)), await this.ownSnapshot(result)];
    }
  }

  private labelled({ run, snapshot }: InstanceAnswer): LabelledSnapshot {
    const { app, pmId } = this.options.own.labels;
    return {
      snapshot,
      labels: [
        [app, run.app],
        [pmId, String(run.pmId)],
      ],
    };
  }

  private async ownSnapshot(result: RoundResult): Promise<LabelledSnapshot> {
    const { snapshot } = await this.ownEncoder.encode(ownMetrics(result, this.options.own), result.started);
    return { snapshot, labels: [] };
  }

  private async ask(timeoutMs: number, only?: number): Promise<RoundResult> {
    try {
      const result = await this.options.rounds.ask(timeoutMs, only);
      this.reachable = true;
      for (const { run, reason, message } of result.silent) {
        // Logged once per run: it answers each round in the same way.
        if (reason === 'broken') this.tell(`Instance ${run.pmId} (${run.app}) has no metrics: ${message}`, run.key);
      }
      return result;
    } catch (error) {
      if (!(error instanceof DaemonError)) throw error;
      this.reachable = false;
      throw new ViewError('UNAVAILABLE', error.message, { cause: error });
    }
  }

  private tell(warning: string, key = warning): void {
    if (this.told.has(key)) return;
    if (this.told.size >= MAX_TOLD) this.told.clear();
    this.told.add(key);
    this.options.log.warn(warning);
  }
}

/** @throws ViewError */
function instanceOf({ answers, silent, processes }: RoundResult, pmId: number): InstanceAnswer {
  const answer = answers.find(({ run }) => run.pmId === pmId);
  if (answer !== undefined) return answer;
  const reason = silent.find(({ run }) => run.pmId === pmId);
  if (reason !== undefined)
    throw new ViewError('UNAVAILABLE', `Instance ${pmId} has no metrics now: ${reason.message}`);
  const known = processes.find(({ run }) => run.pmId === pmId);
  throw new ViewError(
    'UNKNOWN_INSTANCE',
    known === undefined
      ? `PM2 runs no process with the id ${pmId}.`
      : `Process ${pmId} (${known.run.app}) does not answer with metrics.`,
  );
}
