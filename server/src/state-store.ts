/**
 * Keeps the cluster's sums in a file, so that they do not drop, however this server ends. A worker thread that
 * brings sums up to date adds what has changed to the file before it answers: what is shown is in the file. Now and then the
 * file is written anew, without what later records have replaced.
 *
 * The calls of `load`, `take` and `adopt` must not overlap; `draft` may overlap all of them.
 */
import { rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { AbsorbResult } from '../protocol/tasks';
import type { ClusterState } from '../protocol/state';
import type { StateFileEnd } from '../protocol/state-file';
import { messageOf } from '../../core/values';
import type { ClusterPool } from './cluster-pool';

export interface StateStoreOptions {
  /** `undefined`: nothing is saved. */
  readonly file: string | undefined;
  readonly pool: Pick<ClusterPool, 'run'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Bytes that the file may have beyond twice those of all states; {@link SLACK_BYTES} by default. */
  readonly slackBytes?: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

type States = ReadonlyMap<string, ClusterState>;

/** A new file that has these states, and does not have its name yet. */
export interface Draft {
  readonly end: StateFileEnd;
  readonly states: States;
}

/** Stands in the names of new files between the name of the file and the pid. */
const DRAFT = '.new-';
/** Small states are not written anew in each round. */
const SLACK_BYTES = 4 * 1024 * 1024;
/** After a new file could not be written: a full disk must not cost each round the writing of all states. */
const RETRY_MS = 10_000;

export class StateStore {
  /** Where the file stands; `undefined` if nothing is saved. */
  private path: string | undefined;
  /** Where to add to the file; `undefined` if it has to be written anew. */
  private end: StateFileEnd | undefined;
  /** What the file has. */
  private saved = new Map<string, ClusterState>();
  /** Size of the file when it was written anew. */
  private wholeBytes = 0;
  /** Whether a part of the file could not be used: the file is then kept under another name. */
  private keepAside = false;
  private drafting: Promise<Draft | undefined> | undefined;
  private trouble: string | undefined;
  private retryAt = Number.NEGATIVE_INFINITY;
  private errors = 0;
  private readonly now: () => number;

  constructor(private readonly options: StateStoreOptions) {
    this.path = options.file;
    this.now = options.now ?? ((): number => performance.now());
  }

  /** How many attempts to write have failed. */
  get writeErrors(): number {
    return this.errors;
  }

  /** For a task that changes states: where it adds the changes. */
  get file(): StateFileEnd | undefined {
    return this.end;
  }

  savedOf(app: string): ClusterState | undefined {
    return this.saved.get(app);
  }

  /** Whether a state of that app is still to be read which is older than the current one. */
  needsOlder(app: string, current: ClusterState): boolean {
    return this.path !== undefined && (this.drafting !== undefined || this.saved.get(app) !== current);
  }

  /** Reads the file. @throws TaskError if no thread could do it: then the file is as it was, and this can be called again */
  async load(): Promise<Map<string, ClusterState>> {
    const { file, pool, log } = this.options;
    if (file === undefined) return new Map();
    const loaded = await pool.run({ kind: 'load', path: file });
    const { path, states, end, wholeBytes, problems, keepAside, refused } = loaded;
    if (refused !== undefined) {
      this.path = undefined;
      log.warn(`${file} is left alone: ${refused}. The cluster's sums are not saved, and begin at zero at each start`);
      return new Map();
    }
    Object.assign(this, { path, end, wholeBytes, keepAside });
    this.saved = new Map(states);
    await removeDrafts(path);
    if (problems.length > 0) log.warn(`${path}: ${problems.join('; ')}. What is intact is in use`);
    if (keepAside) await this.rewrite(this.saved);
    return new Map(states);
  }

  /**
   * Notes what has become of the changes of a task. When this resolves, all states are in the file, unless it cannot be
   * written. Never rejects.
   */
  async take({ apps, appended }: Pick<AbsorbResult, 'apps' | 'appended'>, states: States): Promise<void> {
    if (this.path === undefined) return;
    if (appended?.ok === true) {
      this.end = appended.end;
      for (const { app, state } of apps) this.saved.set(app, state);
      this.noteSuccess();
    } else if (appended?.reason === 'failed') this.noteFailure(appended.message);
    else if (this.now() >= this.retryAt) await this.rewrite(states);
  }

  /** A thread that was lost may still be writing to the file: the next one gets a new file. */
  distrust(): void {
    this.end = undefined;
  }

  /** Whether it is time to write the file anew. */
  isLarge(states: States): boolean {
    const { end, wholeBytes, drafting } = this;
    if (end === undefined || drafting !== undefined || this.now() < this.retryAt) return false;
    const isBehind = this.trouble === undefined && [...states].some(([app, state]) => this.saved.get(app) !== state);
    return isBehind || end.size > 2 * wholeBytes + (this.options.slackBytes ?? SLACK_BYTES);
  }

  /** Writes a new file. Never rejects. @returns `undefined` if it cannot be written */
  draft(states: States): Promise<Draft | undefined> {
    this.drafting ??= this.write(new Map(states));
    return this.drafting;
  }

  /**
   * Puts a new file in the place of the present one. Never rejects.
   *
   * @param states those of now: what has changed since the draft is added
   */
  async adopt(draft: Draft, states: States): Promise<void> {
    // Another call was faster.
    if (this.drafting === undefined || (await this.drafting) !== draft) return;
    const { path = '', keepAside } = this;
    const changes = [...states]
      .map(([app, to]) => ({ app, from: draft.states.get(app), to }))
      .filter(({ from, to }) => from !== to);
    try {
      const task = { kind: 'replace', draft: draft.end, changes, path, keepAside } as const;
      const { end, aside } = await this.options.pool.run(task);
      Object.assign(this, { end, wholeBytes: end.size, keepAside: false, saved: new Map(states) });
      if (aside !== undefined) this.options.log.warn(`${path}: the file as it was is kept as ${aside}`);
      this.noteSuccess();
    } catch (error) {
      this.noteNotWritten(draft.end.path, error);
    } finally {
      this.drafting = undefined;
    }
  }

  private async rewrite(states: States): Promise<void> {
    const draft = await this.draft(states);
    if (draft !== undefined) await this.adopt(draft, states);
  }

  private async write(states: States): Promise<Draft | undefined> {
    const path = `${this.path}${DRAFT}${process.pid}`;
    try {
      const apps = [...states].map(([app, state]) => ({ app, state }));
      const { end } = await this.options.pool.run({ kind: 'save', path, apps });
      return { end, states };
    } catch (error) {
      this.drafting = undefined;
      this.noteNotWritten(path, error);
      return undefined;
    }
  }

  private noteNotWritten(draft: string, error: unknown): void {
    try {
      // If the thread was lost, it has not removed it.
      rmSync(draft, { force: true });
    } catch {
      // The folder cannot be written.
    }
    this.retryAt = this.now() + RETRY_MS;
    this.noteFailure(messageOf(error));
  }

  private noteFailure(message: string): void {
    this.errors++;
    if (this.trouble !== undefined) return;
    this.trouble = message;
    const { log, file } = this.options;
    const effect = 'Scrapes are answered, but if this server ends now, the sums drop to what the file has';
    log.warn(`The cluster's sums cannot be written to ${file}: ${message}. ${effect}. It is tried again`);
  }

  private noteSuccess(): void {
    if (this.trouble === undefined) return;
    this.trouble = undefined;
    this.options.log.info(`The cluster's sums are written to ${this.options.file} again`);
  }
}

/** Removes drafts of processes that ended before they adopted them. Never rejects. */
async function removeDrafts(path: string): Promise<void> {
  const prefix = basename(path) + DRAFT;
  const names = await readdir(dirname(path)).catch(() => []);
  const drafts = names.filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)));
  for (const name of drafts) await rm(join(dirname(path), name), { force: true }).catch(() => undefined);
}
