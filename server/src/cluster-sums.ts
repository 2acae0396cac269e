/** The sums over all runs, ended ones too, by app: workers update them, this module holds them, and a file keeps them. */
import {
  spareMemory,
  type AbsorbResult,
  type AbsorbTask,
  type AppRound,
  type ClusterState,
  type GaugeRule,
  type Run,
  type RunSnapshot,
} from '../protocol/tasks';
import { appKey, type AppName, type LabelNames } from '../protocol/labels';
import { TaskError, type ClusterPool } from './cluster-pool';
import type { RoundResult } from './rounds/result';
import type { StateStore } from './state-store';

export interface ClusterSumsOptions {
  readonly pool: ClusterPool;
  readonly store: StateStore;
  readonly rules: readonly GaugeRule[];
  readonly maxEndedSeries: number;
  readonly labels: LabelNames;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

export type Merged = Pick<AbsorbResult, 'snapshots' | 'warnings' | 'dropped'>;

/** How long an app that PM2 no longer lists is kept: a new daemon, for instance, starts the apps one after the other. */
const KEPT_MS = 10 * 60_000;

/** By {@link appKey}. */
type States = ReadonlyMap<string, ClusterState>;

export class ClusterSums {
  private states: States = new Map();
  /** The states before these. No task reads them any more: their columns are the spare memory of the next task. */
  private former: States = new Map();
  /** By app: since when PM2 no longer lists it. */
  private missing: ReadonlyMap<string, number> = new Map();
  private last: { readonly result: RoundResult; readonly merged: Merged } | undefined;
  private readonly now: () => number;
  private isLoaded = false;
  /** Ends with the last call of `absorb`. */
  private queue: Promise<unknown>;

  constructor(private readonly options: ClusterSumsOptions) {
    this.now = options.now ?? ((): number => performance.now());
    // If no thread can do it now, the first call of `absorb` tries again.
    this.queue = this.load().catch(() => undefined);
  }

  /**
   * Absorbs rounds one after the other. A round that began before the last absorbed one gets the result of that one.
   * @throws TaskError
   */
  absorb(result: RoundResult): Promise<Merged> {
    const merged = this.queue.then(async () => {
      if (this.last !== undefined && isCovered(result, this.last.result)) return this.last.merged;
      return await this.absorbNext(result);
    });
    this.queue = merged.catch(() => undefined);
    return merged;
  }

  /** Resolves when the calls of `absorb` before have ended. Never rejects. */
  async settled(): Promise<void> {
    await this.queue;
  }

  private async load(): Promise<void> {
    this.states = await this.options.store.load();
    this.isLoaded = true;
  }

  private async absorbNext(result: RoundResult): Promise<Merged> {
    const { store, rules, maxEndedSeries, labels } = this.options;
    if (!this.isLoaded) await this.load();
    this.forget(result);
    const apps = this.roundsOf(result);
    // If the task fails, it may have written to spare memory, and may still be doing so: it is not given to a task again.
    this.former = new Map();
    const absorbed = await this.run({ kind: 'absorb', apps, rules, maxEndedSeries, labels, file: store.file });
    this.former = this.states;
    this.states = new Map([...this.states, ...absorbed.apps.map(({ app, state }) => [app, state] as const)]);
    await store.take(absorbed, this.states);
    this.last = { result, merged: absorbed };
    if (store.isLarge(this.states)) void this.compact();
    return absorbed;
  }

  private async run(task: AbsorbTask): Promise<AbsorbResult> {
    try {
      return await this.options.pool.run(task);
    } catch (error) {
      if (error instanceof TaskError && error.code !== 'INTERNAL') this.options.store.distrust();
      throw error;
    }
  }

  /** Has the file written anew, while rounds go on. */
  private async compact(): Promise<void> {
    const { store } = this.options;
    const draft = await store.draft(this.states);
    if (draft !== undefined) this.queue = this.queue.then(() => store.adopt(draft, this.states));
  }

  /** Forgets the states of apps that PM2 has not listed for a while. */
  private forget(result: RoundResult): void {
    const there = appsOf(result);
    const now = this.now();
    const missing = [...this.states.keys()].filter((app) => !there.has(app));
    this.missing = new Map(missing.map((app) => [app, this.missing.get(app) ?? now]));
    this.states = new Map([...this.states].filter(([app]) => now - (this.missing.get(app) ?? now) < KEPT_MS));
  }

  private roundsOf(result: RoundResult): AppRound[] {
    const there = appsOf(result);
    const live = liveOf(result);
    const silent = silentOf(result);
    const started = startedOf(result);
    const keys = new Set([...this.states.keys(), ...live.map(({ run }) => appKey(run))]);
    return [...keys].sort().flatMap((key) => {
      const app = there.get(key);
      if (app === undefined) return [];
      return {
        ...app,
        state: this.states.get(key),
        saved: this.options.store.savedOf(key),
        live: live.filter(({ run }) => appKey(run) === key),
        silent: silent.filter((run) => appKey(run) === key).map((run) => run.key),
        started: started.filter((run) => appKey(run) === key).map((run) => run.key),
        spare: this.spareOf(key),
      };
    });
  }

  private spareOf(app: string): readonly SharedArrayBuffer[] {
    const former = this.former.get(app);
    const current = this.states.get(app);
    if (former === undefined || current === undefined || this.options.store.needsOlder(app, current)) return [];
    return spareMemory(former, current);
  }
}

/** Those that PM2 runs, or is replacing, by their keys. */
function appsOf({ processes, leaving }: RoundResult): ReadonlyMap<string, AppName> {
  const all = [...processes, ...leaving].map(({ run: { app, namespace } }) => ({ app, namespace }));
  return new Map(all.map((name) => [appKey(name), name]));
}

/** Those that PM2 runs in the order of their starts, behind those that they replace. */
function startedOf({ processes, leaving }: RoundResult): Run[] {
  const inOrder = processes.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
  return [...leaving, ...inOrder].map(({ run }) => run);
}

function liveOf({ answers, leaving }: RoundResult): RunSnapshot[] {
  return [
    ...answers.map(({ run, snapshot }) => ({ run, snapshot, isLeaving: false })),
    ...leaving.flatMap(({ run, answer }) =>
      answer === undefined ? [] : [{ run, snapshot: answer.snapshot, isLeaving: true }],
    ),
  ];
}

/** Also runs from which no answer is expected yet, as after a restart of this server: the state may know them. */
function silentOf({ processes, answers, leaving }: RoundResult): Run[] {
  const answered = new Set(answers.map(({ run }) => run.key));
  return [
    ...processes.filter(({ run, status }) => status === 'online' && !answered.has(run.key)),
    ...leaving.filter(({ answer }) => answer === undefined),
  ].map(({ run }) => run);
}

/** Whether `result` is of an earlier round than `other`, or has no more answers of the same round. */
function isCovered(result: RoundResult, other: RoundResult): boolean {
  return result.round < other.round || (result.round === other.round && result.answers.length <= other.answers.length);
}
