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
import type { Logger } from 'pino';
import { DaemonError } from '../../core/pm2/daemon';
import { messageOf } from '../../core/values';
import { instanceLabels } from '../protocol/labels';
import type { Format, LabelledSnapshot } from '../protocol/tasks';
import { TaskError, type ClusterPool } from './cluster-pool';
import type { ClusterSums } from './cluster-sums';
import { ownMetrics, type OwnMetricsOptions } from './own-metrics';
import { PlainEncoder } from './rounds/plain-encoder';
import type { InstanceAnswer, RoundResult } from './rounds/result';
import type { Rounds } from './rounds/rounds';
import { ViewError, type ExpositionStream, type InstanceOfApp, type Scraped } from './view';

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

export class MetricsCluster {
  private readonly ownEncoder = new PlainEncoder(OWN_SERIES, {
    maxDataPoints: OWN_SERIES,
    maxNumbers: 64 * OWN_SERIES,
  });
  private readonly told = new Set<string>();
  private reachable = false;
  /** Whether every round updates the cluster's sums: from the first request for them on, which may never come. */
  private summing = false;

  constructor(private readonly options: MetricsClusterOptions) {}

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
    return [...answers, ...silent]
      .map(({ run: { key: _key, ...instance } }) => instance)
      .sort((a, b) => a.pmId - b.pmId);
  }

  /**
   * @param deadlineMs how long to wait for the instances
   * @throws ViewError
   */
  async scrape(what: Scraped, format: Format, deadlineMs: number): Promise<ExpositionStream> {
    const result = await this.ask(deadlineMs, what.view === 'instance' ? what.pmId : undefined);
    try {
      const snapshots = await this.snapshotsOf(what, result);
      const view = what.view === 'instance' ? 'instance' : 'all';
      return await this.options.pool.render({ view, snapshots, format }, (warning) => this.tell(warning));
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      throw new ViewError('INTERNAL', error.message, { cause: error });
    }
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
        if (this.summing) void this.options.sums.absorb(result).catch((error: unknown) => this.tell(messageOf(error)));
        return [...result.answers.map((answer) => this.labelled(answer)), await this.ownSnapshot(result)];
    }
  }

  private labelled({ run, snapshot }: InstanceAnswer): LabelledSnapshot {
    return { snapshot, labels: instanceLabels(run, this.options.own.labels) };
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
