/**
 * The dashboard's side of the server: the last hour, open charts, marks, and the viewers that hear of them.
 *
 * ```
 * scrape ─┐             ┌─▶ HeardRuns ─▶ questions ─▶ pool: query ─┬─▶ LiveProcesses ─▶ History ─┬─▶ viewers
 * viewer ─┴─▶ a round ──┤                                          └─▶ OpenCharts ───────────────┤
 *                       └─▶ Changes ─▶ marks ────────────────────────────────────────────────────┘
 * ```
 *
 * It takes the rounds that happen anyway, at most one per second. While there is a viewer it has one begun each second, and
 * viewers share it. Without viewers and scrapes nothing is asked and nothing grows.
 */
import type { StateLog, Subject } from '../../../core/state-log';
import { messageOf } from '../../../core/values';
import { appTitle } from '../../protocol/labels';
import type { OverviewAnswer } from '../../protocol/overview';
import type { FoundMetrics, Hello, Mark } from '../../protocol/page';
import type { LabelledSnapshot } from '../../protocol/render';
import type { Run } from '../../protocol/run';
import type { ClusterPool } from '../cluster-pool';
import { overviewOf, type Asked } from '../overview';
import type { KnownNumbers, RoundResult } from '../rounds/result';
import { ViewError } from '../view';
import { Charts } from './charts/charts';
import { History } from './history/history';
import { BlockedRuns } from './marks/blocked-runs';
import { Changes } from './marks/changes';
import { MarkLog } from './marks/mark-log';
import type { Outlet, Viewer } from './viewers/viewer';
import { Viewers } from './viewers/viewers';
import { HeardRuns } from './processes/heard-runs';
import { inOverview, rowOf, type LiveProcess } from './processes/live-process';
import { LiveProcesses } from './processes/processes';
import { needsSums, questionsOf } from './questions';

export interface LiveOptions {
  readonly version: string;
  /** Begins a round, or joins one, whose result comes to {@link Live.take}. @throws ViewError */
  readonly ask: (timeoutMs: number) => Promise<unknown>;
  readonly pool: Pick<ClusterPool, 'run'>;
  /** What `/metrics/cluster` shows of the apps. */
  readonly sums: (result: RoundResult) => Promise<readonly LabelledSnapshot[]>;
  readonly known: () => readonly KnownNumbers[];
  readonly asked: Asked;
  readonly states: StateLog;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Rounds that are closer to each other than this count as one. Those of viewers are a second apart. */
const APART_MS = 900;
/** How long a page's round waits: a late answer counts in the next one. */
const ROUND_MS = 1000;
const OVERVIEW_MS = 2000;
/** How old the snapshots of a search may be: names of metrics do not change from one second to the next. */
const SEARCHED_MS = 15_000;
/** Searches that wait for a thread. */
const MAX_SEARCHES = 8;

const SHOWING: Subject = { name: 'Evaluating metrics for the dashboard', consequence: 'so it shows old numbers' };

export class Live {
  private readonly charts = new Charts();
  private readonly history = new History();
  private readonly changes = new Changes();
  private readonly blocked = new BlockedRuns();
  private readonly marks = new MarkLog();
  private readonly heard = new HeardRuns();
  private readonly processes: LiveProcesses;
  private readonly viewers: Viewers;
  private readonly now: () => number;
  private current: readonly LiveProcess[] = [];
  private problem: string | null = null;
  /** The event with all processes, as viewers have it. */
  private rows = '[]';
  private round = 0;
  private takenAt = -Infinity;
  /** The newest round that waits while another one is evaluated. */
  private waiting: RoundResult | undefined;
  /** Ends when all rounds that were taken are shown; `undefined`: they are. */
  private showing: Promise<void> | undefined;
  private searches = 0;

  constructor(private readonly options: LiveOptions) {
    this.now = options.now ?? Date.now;
    this.processes = new LiveProcesses(options.asked, this.heard);
    const ask = (): Promise<unknown> => options.ask(ROUND_MS).catch(() => undefined);
    this.viewers = new Viewers({ charts: this.charts, ask });
  }

  /** What is kept: for tests and measurements of memory. */
  get kept(): { readonly moments: number; readonly bytes: number; readonly charts: number; readonly viewers: number } {
    const { history, charts, viewers } = this;
    return { moments: history.length, bytes: history.bytes, charts: charts.count, viewers: viewers.count };
  }

  /** Takes in a round of all processes. */
  take(result: RoundResult): void {
    if (result.round <= this.round || this.hasRoundBefore(result.started, APART_MS)) return;
    this.round = result.round;
    this.takenAt = result.started;
    this.waiting = result;
    this.showing ??= this.showAll();
  }

  /** Takes in what a process says of its event loop between two rounds. @param blocked `undefined`: it turns again */
  noteBlocked(run: Run, blocked: { readonly since: number; readonly stack: string | undefined } | undefined): void {
    this.tellMarks(this.blocked.note(run, blocked?.since, this.now()));
    const about = { blockedSince: blocked?.since, stack: blocked?.stack };
    this.tellProcesses(this.current.map((one) => (one.run.key === run.key ? { ...one, ...about } : one)));
  }

  /** Resolves when what was taken is shown. */
  async settled(): Promise<void> {
    await this.showing;
  }

  /** As of the last second, or of a round that it asks for. */
  async overview(): Promise<OverviewAnswer> {
    const trouble = await this.refresh(APART_MS);
    return {
      version: this.options.version,
      now: this.now(),
      problem: trouble ?? this.problem,
      processes: this.current.map(inOverview),
    };
  }

  /** @throws ViewError */
  async search(text: string): Promise<FoundMetrics> {
    if (this.searches >= MAX_SEARCHES) throw new ViewError('UNAVAILABLE', 'Too many searches at a time: try again.');
    this.searches++;
    try {
      await this.refresh(SEARCHED_MS);
      const snapshots = this.heard.all.map(({ run, snapshot }) => ({ app: appTitle(run), snapshot }));
      return (await this.options.pool.run({ kind: 'search', text, snapshots })).found;
    } finally {
      this.searches--;
    }
  }

  /** @returns `undefined` if there are as many viewers as may be */
  open(makeOutlet: () => Outlet): Viewer | undefined {
    return this.viewers.open(makeOutlet, (viewer) => {
      const hello: Hello = [viewer.stream, this.options.version, this.now()];
      viewer.send('hello', JSON.stringify(hello));
      viewer.send('past', JSON.stringify(this.history.past()));
      viewer.send('marks', JSON.stringify(this.marks.all));
      if (this.current.length > 0) viewer.send('processes', this.rows);
    });
  }

  viewerOf(stream: string): Viewer | undefined {
    return this.viewers.of(stream);
  }

  /** Ends all streams, and the rounds for them. Repeatable. */
  stop(): void {
    this.viewers.stop();
  }

  /** @returns why there is nothing newer, in a sentence */
  private async refresh(maxAgeMs: number): Promise<string | undefined> {
    let trouble: string | undefined;
    if (!this.hasRoundBefore(this.now(), maxAgeMs)) {
      try {
        await this.options.ask(OVERVIEW_MS);
      } catch (error) {
        trouble = `PM2's daemon cannot be asked: ${messageOf(error)}.`;
      }
    }
    await this.showing;
    return trouble;
  }

  /** Whether a round was taken less than `ms` before. A round of the future does not count: the clock was set back. */
  private hasRoundBefore(time: number, ms: number): boolean {
    return time >= this.takenAt && time - this.takenAt < ms;
  }

  private async showAll(): Promise<void> {
    for (let result = this.waiting; result !== undefined; result = this.waiting) {
      this.waiting = undefined;
      try {
        await this.show(result);
      } catch (error) {
        this.options.states.report(SHOWING, messageOf(error));
      }
    }
    this.showing = undefined;
  }

  private async show(result: RoundResult): Promise<void> {
    const { options, heard, history, viewers } = this;
    heard.take(result, options.known());
    const marks = [...this.changesIn(result), ...this.blocked.round(result)];
    await this.evaluate(result);
    this.problem = overviewOf(result, options.asked).problem;
    this.tellProcesses(this.processes.of(result));
    history.add(result.started, this.current);
    this.tellMarks(marks);
    viewers.tellCharts();
  }

  private changesIn({ processes, leaving, started }: RoundResult): readonly Mark[] {
    const { self } = this.options.asked;
    const others = processes.filter(({ run }) => run.pmId !== self);
    return this.changes.since(others, new Set(leaving.map(({ run }) => run.key)), started);
  }

  private tellMarks(marks: readonly Mark[]): void {
    if (marks.length === 0) return;
    this.marks.add(marks, this.now());
    this.viewers.tell('marks', JSON.stringify(marks));
  }

  private tellProcesses(processes: readonly LiveProcess[]): void {
    this.current = processes;
    const rows = JSON.stringify(processes.map(rowOf));
    if (rows !== this.rows) this.viewers.tell('processes', rows);
    this.rows = rows;
  }

  /** Has a worker thread answer the questions of vitals and charts. If it fails, they keep their last numbers. */
  private async evaluate(result: RoundResult): Promise<void> {
    const { options, charts, heard } = this;
    const shown = charts.shown;
    try {
      const sums = shown.some(needsSums) ? await options.sums(result) : [];
      const { task, asked } = questionsOf(heard.heard(result.started), shown, sums);
      if (task.vitals.length + task.charts.length === 0) return;
      const answer = await options.pool.run(task);
      asked.forEach((run, i) => {
        run.vitals = answer.vitals[i] ?? {};
        run.vitalsOf = run.snapshot;
      });
      shown.forEach((chart, i) => {
        const one = answer.charts[i];
        if (one !== undefined) chart.take(result.started, one);
      });
      options.states.report(SHOWING, undefined);
    } catch (error) {
      options.states.report(SHOWING, messageOf(error));
    }
  }
}
