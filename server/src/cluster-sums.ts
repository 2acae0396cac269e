/** The sums over all runs, ended ones too, by app: workers update them, this module holds them, and a file keeps them. */
import { setTimeout as pause } from 'node:timers/promises';
import { spareMemory, type ClusterState } from '../protocol/state';
import type { AbsorbResult, AbsorbTask, AppRound, GaugeRule } from '../protocol/tasks';
import type { LabelNames } from '../protocol/labels';
import { appsOf, newsOf, runsByApp } from './app-rounds';
import { TaskError, type ClusterPool } from './cluster-pool';
import type { KnownNumbers, RoundResult } from './rounds/result';
import type { StateStore } from './state-store';

export interface ClusterSumsOptions {
  readonly pool: ClusterPool;
  readonly store: StateStore;
  readonly rules: readonly GaugeRule[];
  readonly maxEndedSeries: number;
  readonly labels: LabelNames;
  /** All runs of which more numbers may come: they are not carried yet. */
  readonly known: () => readonly KnownNumbers[];
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

export type Merged = Pick<AbsorbResult, 'snapshots' | 'warnings' | 'dropped'>;

const NO_RUNS = { live: [], silent: [], started: [] };
/** How long an app that PM2 no longer lists is kept: a new daemon, for instance, starts the apps one after the other. */
const KEPT_MS = 10 * 60_000;

/** By app key. */
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
  /** Ends with the last absorbing. */
  private queue: Promise<unknown>;
  /** The absorbing of {@link absorbKnown} that has not begun yet. */
  private catchingUp: Promise<void> | undefined;
  /** Ends with the last draft of the file, whose adoption is in the queue by then. */
  private compacting: Promise<void> = Promise.resolve();
  /** No {@link absorbKnown} begins before then, on the clock of `performance`. */
  private restUntil = Number.NEGATIVE_INFINITY;

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

  /**
   * Absorbs numbers of runs that came outside of rounds, and writes them to the file. Does nothing before the sums have
   * begun. Calls share the next absorbing. Pauses keep them to half of the time of one thread, however many there are.
   *
   * @throws TaskError
   */
  absorbKnown(): Promise<void> {
    this.catchingUp ??= this.catchUp();
    return this.catchingUp;
  }

  /** Resolves when the calls before have ended. Never rejects. */
  async settled(): Promise<void> {
    await this.catchingUp?.catch(() => undefined);
    await this.queue;
    await this.compacting;
    await this.queue;
  }

  private async catchUp(): Promise<void> {
    await this.queue;
    await pause(Math.max(0, this.restUntil - performance.now()));
    const done = this.queue.then(async () => {
      this.catchingUp = undefined;
      const began = performance.now();
      await this.absorbNews();
      const now = performance.now();
      this.restUntil = now + (now - began);
    });
    this.queue = done.catch(() => undefined);
    await done;
  }

  private async load(): Promise<void> {
    this.states = await this.options.store.load();
    this.isLoaded = true;
  }

  private async absorbNext(result: RoundResult): Promise<Merged> {
    if (!this.isLoaded) await this.load();
    const known = this.options.known();
    const there = appsOf(result, known);
    this.forget(there);
    const runs = runsByApp(result, known, this.states);
    const answering = [...runs].filter(([, { live }]) => live.length > 0).map(([key]) => key);
    const apps = [...new Set([...this.states.keys(), ...answering])].sort().flatMap((key) => {
      const app = there.get(key);
      return app === undefined ? [] : { ...app, ...(runs.get(key) ?? NO_RUNS), ...this.stateOf(key) };
    });
    const absorbed = await this.apply(apps);
    this.last = { result, merged: absorbed };
    return absorbed;
  }

  private async absorbNews(): Promise<void> {
    if (!this.isLoaded) await this.load();
    if (this.states.size === 0) return;
    const apps = [...newsOf(this.options.known(), this.states)].map(([key, { app, live }]) => {
      const news = new Set(live.map(({ run }) => run.key));
      const silent = (this.states.get(key)?.runs ?? []).map((run) => run.key).filter((one) => !news.has(one));
      return { ...app, live, silent, started: silent, ...this.stateOf(key) };
    });
    if (apps.length > 0) await this.apply(apps);
  }

  private async apply(apps: readonly AppRound[]): Promise<AbsorbResult> {
    const { store, rules, maxEndedSeries, labels } = this.options;
    // If the task fails, it may have written to spare memory, and may still be doing so: it is not given to a task again.
    this.former = new Map();
    const absorbed = await this.run({ kind: 'absorb', apps, rules, maxEndedSeries, labels, file: store.file });
    this.former = this.states;
    this.states = new Map([...this.states, ...absorbed.apps.map(({ app, state }) => [app, state] as const)]);
    await store.take(absorbed, this.states);
    if (store.isLarge(this.states)) this.compacting = this.compact();
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
  private forget(there: ReadonlyMap<string, unknown>): void {
    const now = this.now();
    const missing = [...this.states.keys()].filter((app) => !there.has(app));
    this.missing = new Map(missing.map((app) => [app, this.missing.get(app) ?? now]));
    this.states = new Map([...this.states].filter(([app]) => now - (this.missing.get(app) ?? now) < KEPT_MS));
  }

  private stateOf(key: string): Pick<AppRound, 'state' | 'saved' | 'spare'> {
    return { state: this.states.get(key), saved: this.options.store.savedOf(key), spare: this.spareOf(key) };
  }

  private spareOf(app: string): readonly SharedArrayBuffer[] {
    const former = this.former.get(app);
    const current = this.states.get(app);
    if (former === undefined || current === undefined || this.options.store.needsOlder(app, current)) return [];
    return spareMemory(former, current);
  }
}

/** Whether `result` is of an earlier round than `other`, or has no more answers of the same round. */
function isCovered(result: RoundResult, other: RoundResult): boolean {
  return result.round < other.round || (result.round === other.round && result.answers.length <= other.answers.length);
}
