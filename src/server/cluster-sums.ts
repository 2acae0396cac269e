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

/** How often the sums are kept while nothing ends: the numbers of runs that live come again by themselves. */
const SAVE_EVERY_MS = 60_000;
/** The same where a run has ended, whose numbers are nowhere else: what is lost where this server is killed. */
const SAVE_SOON_MS = 5000;

export class ClusterSums {
  private states = new Map<string, ClusterState>();
  private last: { readonly started: number; readonly merged: Merged } | undefined;
  private savedAt = performance.now();
  /** Whether there is anything that the file has not, and whether that is of runs that have ended. */
  private unsaved: 'nothing' | 'numbers' | 'ended' = 'nothing';
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

  /** With all that was to be absorbed until now. Never rejects. */
  async save(): Promise<void> {
    this.savedAt = performance.now();
    await this.queue;
    if (this.unsaved === 'nothing') return;
    this.unsaved = 'nothing';
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
    if (this.unsaved !== 'ended') this.unsaved = hasEnded(this.states, apps) ? 'ended' : 'numbers';
    this.states = new Map(absorbed.apps.map(({ app, state }) => [app, state]));
    this.last = { started: result.started, merged: absorbed };
    const due = this.unsaved === 'ended' ? SAVE_SOON_MS : SAVE_EVERY_MS;
    if (performance.now() - this.savedAt >= due) void this.save();
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

/** Whether any run that the states know as one that lives does so no more. */
function hasEnded(states: ReadonlyMap<string, ClusterState>, apps: readonly AppRound[]): boolean {
  const living = new Set(apps.flatMap(({ live, silent }) => [...live.map(({ run }) => run.key), ...silent]));
  return [...states.values()].some(({ runs }) => runs.some(({ key }) => !living.has(key)));
}
