/** The sums over all runs that there have been, app by app: brought up to date by workers, held here, kept in a file. */
import type { AbsorbResult, AppRound, ClusterState, GaugeRule, RunSnapshot } from '../../protocol/cluster';
import type { ClusterPool } from './cluster-pool';
import type { RoundResult } from './rounds/result';
import type { StateStore } from './state-store';

export interface ClusterSumsOptions {
  readonly pool: ClusterPool;
  readonly store: StateStore;
  readonly rules: readonly GaugeRule[];
  readonly maxEndedSeries: number;
  readonly labels: { readonly app: string; readonly instance: string };
  /** Told what went wrong while nobody waited for it. */
  readonly onError: (what: string, error: unknown) => void;
}

export type Merged = Pick<AbsorbResult, 'parts' | 'warnings'>;

/** What is lost where this server is killed: what ended runs have counted since. */
const SAVE_EVERY_MS = 60_000;

export class ClusterSums {
  private states = new Map<string, ClusterState>();
  private last: { readonly started: number; readonly merged: Merged } | undefined;
  private savedAt = performance.now();
  /** What was asked for before. */
  private queue: Promise<unknown>;

  constructor(private readonly options: ClusterSumsOptions) {
    this.queue = this.load();
  }

  /** Rounds one after the other: of two that overlap the later one counts for both. @throws TaskError */
  absorb(result: RoundResult): Promise<Merged> {
    const merged = this.queue.then(async () => {
      if (this.last !== undefined && result.started < this.last.started) return this.last.merged;
      return await this.absorbNext(result);
    });
    this.queue = merged.catch(() => undefined);
    return merged;
  }

  async save(): Promise<void> {
    this.savedAt = performance.now();
    try {
      await this.options.store.save(this.states);
    } catch (error) {
      this.options.onError("The cluster's sums can't be kept, and will drop when this server is restarted", error);
    }
  }

  private async load(): Promise<void> {
    try {
      this.states = await this.options.store.load();
    } catch (error) {
      this.options.onError("The cluster's sums begin anew, what was kept of them is of no use", error);
    }
  }

  private async absorbNext(result: RoundResult): Promise<Merged> {
    const { pool, rules, maxEndedSeries, labels } = this.options;
    const apps = this.appsOf(result);
    const absorbed = await pool.run({ kind: 'absorb', apps, rules, maxEndedSeries, labels });
    this.states = new Map(absorbed.apps.map(({ app, state }) => [app, state]));
    this.last = { started: result.started, merged: absorbed };
    if (performance.now() - this.savedAt >= SAVE_EVERY_MS) void this.save();
    return absorbed;
  }

  /** An app that PM2 does not have any more is forgotten with all that it has counted. */
  private appsOf({ processes, answers }: RoundResult): AppRound[] {
    const there = new Set(processes.map(({ run }) => run.app));
    const answered = new Set(answers.map(({ run }) => run.key));
    // Also those of whom nothing is expected yet, as after a restart of this server: the state may know them.
    const silent = processes.filter(({ run, status }) => status === 'online' && !answered.has(run.key));
    const names = new Set([...this.states.keys(), ...answers.map(({ run }) => run.app)]);
    return [...names]
      .filter((app) => there.has(app))
      .sort()
      .map((app) => ({
        app,
        state: this.states.get(app),
        live: answers.filter(({ run }) => run.app === app).map(({ run, snapshot }): RunSnapshot => ({ run, snapshot })),
        silent: silent.filter(({ run }) => run.app === app).map(({ run }) => run.key),
      }));
  }
}
