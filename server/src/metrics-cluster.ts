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
import { DaemonError } from '../../core/pm2/daemon';
import type { StateLog, Subject } from '../../core/state-log';
import { messageOf } from '../../core/values';
import { instanceLabels } from '../protocol/labels';
import type { Dropped } from '../protocol/dropped';
import type { LabelledSnapshot } from '../protocol/render';
import type { Cardinality } from '../protocol/page';
import { CardinalityWatch } from './cardinality';
import { TaskError, type ClusterPool } from './cluster-pool';
import type { ClusterSums } from './cluster-sums';
import { ownMetrics, type OwnMetricsOptions } from './own-metrics';
import { overviewOf, type Asked, type Overview } from './overview';
import { PlainEncoder } from './rounds/messages/plain-encoder';
import type { Heard } from './rounds/last-numbers';
import type { RoundResult } from './rounds/result';
import type { InstanceAnswer } from './rounds/runs/outcome';
import type { Rounds } from './rounds/rounds';
import { Renderings } from './renderings/renderings';
import { ViewError, type ExpositionStream, type InstanceOfApp, type Scraped, type Writing } from './view';

export interface MetricsClusterOptions {
  readonly rounds: Pick<Rounds, 'ask'>;
  readonly pool: ClusterPool;
  readonly sums: ClusterSums;
  readonly own: OwnMetricsOptions;
  readonly states: StateLog;
  /** Which processes are asked. */
  readonly asked: Asked;
  /** Hears the result of each round of all processes. */
  readonly onRound?: (result: RoundResult) => void;
}

/** How long the list of instances may take. It does not wait for instances that are known to be stopped. */
const LIST_MS = 2000;
/** After the start, apps have this long to answer before the log says that none has. */
const QUIET_MS = 10_000;
/** Limit of the server's own series: more than the processes that PM2 can run have. */
const OWN_SERIES = 100_000;

const DAEMON: Subject = { name: "Asking PM2's daemon", consequence: 'so scrapes are answered with status 503' };
const READING: Subject = { name: 'Reading the answers of instances', consequence: 'so metrics are missing' };
const RENDERING: Subject = { name: 'Rendering', consequence: 'so scrapes are answered with status 500' };
const FINDING: Subject = { name: 'Finding metrics', consequence: 'so /metrics shows no app' };
const SUMMING: Subject = {
  name: 'Adding up the cluster',
  consequence: 'so /metrics/cluster lacks what has been counted',
};
const SLOW =
  'Clients that read too slowly lose their connections, since what is rendered for them leaves no room for other scrapes';

export class MetricsCluster {
  private readonly ownEncoder = new PlainEncoder(OWN_SERIES, {
    maxDataPoints: OWN_SERIES,
    maxNumbers: 64 * OWN_SERIES,
  });
  private readonly renderings: Renderings;
  /** By view and format: what the last rendering has left out. Its successor shows the number. */
  private readonly dropped = new Map<string, readonly Dropped[]>();
  private readonly cardinalities: CardinalityWatch;
  private reachable = false;
  /** Whether every round updates the cluster's sums: from the first request for them on, which may never come. */
  private summing = false;

  constructor(private readonly options: MetricsClusterOptions) {
    this.renderings = new Renderings(() => this.options.states.warnOnce(SLOW, SLOW));
    this.cardinalities = new CardinalityWatch(options);
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
    return [...answers, ...silent]
      .map(({ run: { key: _key, ...instance } }) => instance)
      .sort((a, b) => a.pmId - b.pmId);
  }

  /**
   * Asks all processes: {@link MetricsClusterOptions.onRound} hears the result.
   * @throws ViewError
   */
  async look(timeoutMs: number): Promise<void> {
    await this.ask(timeoutMs);
  }

  /** What `/metrics/cluster` shows of the apps after that round. @throws TaskError */
  async sumsOf(result: RoundResult): Promise<readonly LabelledSnapshot[]> {
    this.summing = true;
    return (await this.options.sums.absorb(result)).snapshots;
  }

  /** All processes that PM2 runs, and why some of them have no metrics. */
  async overview(): Promise<Overview> {
    try {
      return overviewOf(await this.ask(LIST_MS), this.options.asked);
    } catch (error) {
      if (!(error instanceof ViewError)) throw error;
      return { problem: `PM2's daemon cannot be asked: ${error.message}.`, processes: [] };
    }
  }

  /**
   * What has how many series, as of the last round.
   * @throws ViewError
   */
  async cardinality(): Promise<Cardinality> {
    if (this.cardinalities.needsRound) await this.ask(LIST_MS);
    try {
      return await this.cardinalities.answer();
    } catch (error) {
      throw new ViewError('INTERNAL', messageOf(error), { cause: error });
    }
  }

  /**
   * @param deadlineMs how long to wait for the instances
   * @throws ViewError
   */
  async scrape(what: Scraped, { format, gzip }: Writing, deadlineMs: number): Promise<ExpositionStream> {
    const only = what.view === 'instance' ? what.pmId : undefined;
    const result = await this.ask(deadlineMs, only);
    // Two results of one round differ in the answers that have come by then.
    const view = what.view === 'instance' && what.complete !== true ? 'instance' : 'all';
    const kind = [what.view, view, only, format].join(' ');
    const key = [kind, result.round, result.answers.length].join(' ');
    if (what.view === 'cluster') this.summing = true;
    // A run that has ended since may be in this round only: the sums take it in, whichever round is shown.
    const onSkip = (): void => void (this.summing && only === undefined && this.sum(this.options.sums.absorb(result)));
    const wanted = { key, kind, round: result.round, gzip, onSkip };
    const exposition = this.renderings.open(wanted, async (sink) => {
      const shown = `${what.view} ${format}`;
      const snapshots = await this.snapshotsOf(what, result, this.dropped.get(shown) ?? []);
      return this.options.pool.render({ view, snapshots, format }, sink, ({ warnings, dropped }) => {
        this.dropped.set(shown, dropped);
        this.options.states.warnAlike('Left out of scrapes', warnings);
      });
    });
    try {
      // Waits until there is something to read: a failure before that is answered as an error, not as half an exposition.
      await once(exposition, 'readable');
      this.options.states.report(RENDERING, undefined);
      return exposition;
    } catch (error) {
      exposition.release();
      if (!(error instanceof TaskError)) throw error;
      // That threads cannot be started is reported already.
      if (error.code !== 'WORKER_UNAVAILABLE') this.options.states.report(RENDERING, error.message);
      throw new ViewError('INTERNAL', error.message, { cause: error });
    }
  }

  /**
   * Has the sums take in what a process has sent at its end, and write it to the file, at once: nothing else has these numbers
   * any more, and this server may be killed before the next scrape.
   */
  takeLastNumbers({ run: { app, pmId }, problem }: Heard): void {
    if (problem === undefined) void this.sum(this.options.sums.absorbKnown());
    else {
      const what = `the last numbers of ${JSON.stringify(app)} (${pmId}) are not in the sums: ${problem}`;
      this.options.states.warnAlike('About /metrics/cluster', [what]);
    }
  }

  /** Closes the slowest of the connections that have had time to read. @returns whether there is any */
  dropSlowest(): boolean {
    return this.renderings.dropSlowest();
  }

  private async snapshotsOf(
    what: Scraped,
    result: RoundResult,
    dropped: readonly Dropped[],
  ): Promise<readonly LabelledSnapshot[]> {
    switch (what.view) {
      case 'instance':
        return [{ snapshot: instanceOf(result, what.pmId).snapshot, labels: [] }];
      case 'cluster': {
        const { snapshots, warnings, dropped: notAdded } = await this.options.sums.absorb(result);
        this.options.states.warnAlike('About /metrics/cluster', warnings);
        return [...snapshots, await this.ownSnapshot(result, [...dropped, ...notAdded])];
      }
      case 'all':
        if (this.summing) void this.sum(this.options.sums.absorb(result));
        return [...this.labelled(result), await this.ownSnapshot(result, dropped)];
    }
  }

  /** Those that answered, and the old numbers of those whose event loop does not turn. */
  private labelled({ answers, silent, processes }: RoundResult): LabelledSnapshot[] {
    const startOf = new Map(processes.map(({ run, startedAt }) => [run.key, startedAt ?? 0]));
    const old = silent.flatMap(({ run, last }) => (last === undefined ? [] : [{ run, snapshot: last.snapshot }]));
    return [...answers, ...old].map(({ run, snapshot }) => ({
      snapshot,
      labels: instanceLabels(run, this.options.own.labels),
      startedAt: startOf.get(run.key) ?? 0,
    }));
  }

  private async ownSnapshot(result: RoundResult, dropped: readonly Dropped[]): Promise<LabelledSnapshot> {
    const { snapshot } = await this.ownEncoder.encode(ownMetrics(result, this.options.own, dropped), result.started);
    return { snapshot, labels: [] };
  }

  private async ask(timeoutMs: number, only?: number): Promise<RoundResult> {
    try {
      const result = await this.options.rounds.ask(timeoutMs, only);
      this.reachable = true;
      this.options.states.report(DAEMON, undefined);
      this.report(result, only);
      if (only === undefined) {
        this.cardinalities.note(result);
        this.options.onRound?.(result);
      }
      return result;
    } catch (error) {
      if (!(error instanceof DaemonError)) throw error;
      this.reachable = false;
      this.options.states.report(DAEMON, error.message);
      throw new ViewError('UNAVAILABLE', error.message, { cause: error });
    }
  }

  /** Has the log say what has gone wrong in a round. */
  private report(result: RoundResult, only: number | undefined): void {
    const { states, own, asked } = this.options;
    const broken = result.silent.filter(({ reason }) => reason === 'broken');
    const [first] = broken;
    if (first !== undefined) {
      const more = broken.length > 1 ? `, and so have ${broken.length - 1} others` : '';
      const { run, message } = first;
      states.report(READING, `${JSON.stringify(run.app)} (${run.pmId}) has no metrics: ${message}${more}`);
    } else if (only === undefined && result.answers.length > 0) states.report(READING, undefined);
    if (only !== undefined || Date.now() - own.since < QUIET_MS) return;
    states.report(FINDING, overviewOf(result, asked).problem ?? undefined);
  }

  private async sum(absorbing: Promise<unknown>): Promise<void> {
    const { states } = this.options;
    try {
      await absorbing;
      states.report(SUMMING, undefined);
    } catch (error) {
      states.report(SUMMING, messageOf(error));
    }
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
