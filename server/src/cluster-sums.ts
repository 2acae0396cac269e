/** The sums over all runs that there have been, app by app: brought up to date by workers, held here, kept in a file. */
import {
  spareMemory,
  type AbsorbResult,
  type AppRound,
  type ClusterState,
  type GaugeRule,
  type RunSnapshot,
} from '../protocol/tasks';
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
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

export type Merged = Pick<AbsorbResult, 'snapshots' | 'warnings'>;

/** How often the sums are kept while nothing ends: the numbers of runs that live come again by themselves. */
const SAVE_EVERY_MS = 60_000;
/** The same where a run has ended, whose numbers are nowhere else: what is lost where this server is killed. */
const SAVE_SOON_MS = 5000;
/** An app that PM2 has not any more may be back soon, as where a daemon that starts anew starts one after the other. */
const KEPT_MS = 10 * 60_000;

type States = ReadonlyMap<string, ClusterState>;
type Unsaved = 'nothing' | 'numbers' | 'ended';

export class ClusterSums {
  private states: States = new Map();
  /** Those before: nobody reads their memory any more. */
  private former: States = new Map();
  /** Since when PM2 has not had such an app. */
  private missing: ReadonlyMap<string, number> = new Map();
  private last: { readonly result: RoundResult; readonly merged: Merged } | undefined;
  private readonly now: () => number;
  private savedAt: number;
  private saving = 0;
  /** Whether there is anything that the file has not, and whether that is of runs that have ended. */
  private unsaved: Unsaved = 'nothing';
  /** What was asked for before. */
  private queue: Promise<unknown>;

  constructor(private readonly options: ClusterSumsOptions) {
    this.now = options.now ?? ((): number => performance.now());
    this.savedAt = this.now();
    this.queue = this.load();
  }

  /** Rounds one after the other: of two that overlap the later one counts for both. @throws TaskError */
  absorb(result: RoundResult): Promise<Merged> {
    const merged = this.queue.then(async () => {
      if (this.last !== undefined && isIn(result, this.last.result)) return this.last.merged;
      return await this.absorbNext(result);
    });
    this.queue = merged.catch(() => undefined);
    return merged;
  }

  /** With all that was to be absorbed until now. Never rejects. */
  async save(): Promise<void> {
    this.savedAt = this.now();
    await this.queue;
    if (this.unsaved === 'nothing') return;
    this.unsaved = 'nothing';
    this.saving++;
    try {
      await this.options.store.save(this.states);
    } catch (error) {
      // Tried again, and told, when it is due anyway.
      this.note('numbers');
      this.options.onError("The cluster's sums can't be kept, and will drop when this server is restarted", error);
    }
    this.saving--;
  }

  private async load(): Promise<void> {
    const { states, problems } = await this.options.store.load();
    this.states = states;
    for (const problem of problems) {
      this.options.onError("The cluster's sums begin anew, what was kept of them is of no use", problem);
    }
  }

  private async absorbNext(result: RoundResult): Promise<Merged> {
    const { pool, rules, maxEndedSeries, labels } = this.options;
    this.forget(result);
    const apps = this.appsOf(result);
    // Whoever fails may have begun to write there, and may not have ended yet.
    this.former = new Map();
    const absorbed = await pool.run({ kind: 'absorb', apps, rules, maxEndedSeries, labels });
    this.note(apps.some(hasEnded) ? 'ended' : 'numbers');
    this.former = this.states;
    this.states = new Map([...this.states, ...absorbed.apps.map(({ app, state }) => [app, state] as const)]);
    this.last = { result, merged: absorbed };
    const due = this.unsaved === 'ended' ? SAVE_SOON_MS : SAVE_EVERY_MS;
    if (this.now() - this.savedAt >= due) void this.save();
    return absorbed;
  }

  /** An app that PM2 has not had for a while is forgotten with all that it has counted. */
  private forget({ processes }: RoundResult): void {
    const there = new Set(processes.map(({ run }) => run.app));
    const now = this.now();
    const missing = [...this.states.keys()].filter((app) => !there.has(app));
    if (missing.some((app) => !this.missing.has(app))) this.note('ended');
    this.missing = new Map(missing.map((app) => [app, this.missing.get(app) ?? now]));
    this.states = new Map([...this.states].filter(([app]) => now - (this.missing.get(app) ?? now) < KEPT_MS));
  }

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
        spare: this.spareOf(app),
      }));
  }

  private note(unsaved: Unsaved): void {
    if (this.unsaved !== 'ended') this.unsaved = unsaved;
  }

  private spareOf(app: string): readonly SharedArrayBuffer[] {
    const former = this.former.get(app);
    const current = this.states.get(app);
    return this.saving > 0 || former === undefined || current === undefined ? [] : spareMemory(former, current);
  }
}

/** Whether a round began before another, or is an earlier look at the same one. */
function isIn(result: RoundResult, other: RoundResult): boolean {
  return result.round < other.round || (result.round === other.round && result.answers.length <= other.answers.length);
}

/** Whether any run that the state knows as one that lives does so no more. */
function hasEnded({ state, live, silent }: AppRound): boolean {
  const living = new Set([...live.map(({ run }) => run.key), ...silent]);
  return state?.runs.some(({ key }) => !living.has(key)) === true;
}
