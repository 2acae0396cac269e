/** Reloads as they happen: which processes have taken the place of which. */
import type { Mark } from '../../protocol/page';
import type { Process } from './process';

/** How long a reload is shown after its last old process has gone. */
const SHOWN_MS = 60_000;
/** A reload that replaces another process so soon after it seemed to be over is the same reload, and goes on. */
const PAUSE_MS = 10_000;

export interface Replaced {
  readonly pmId: number;
  /** As it was last seen. */
  readonly old: Process;
  /** Whether the old one still works. */
  readonly isLeaving: boolean;
  readonly next: Process | undefined;
}

export interface Reload {
  readonly app: string;
  readonly since: number;
  /** When the last old process has gone; `null`: some still work. */
  readonly doneAt: number | null;
  readonly replaced: readonly Replaced[];
}

/** Processes of one app that a reload replaces. */
interface News {
  readonly leaving: readonly Process[];
  /** Those that have ended between two rounds. */
  readonly ended: readonly Process[];
  readonly since: number;
}

export class Reloads {
  readonly #reloads = new Map<string, Reload>();
  /** By pm_id: the process that PM2 lists, and the one before it. */
  readonly #listed = new Map<number, Process>();
  readonly #former = new Map<number, Process>();

  get all(): readonly Reload[] {
    return [...this.#reloads.values()];
  }

  clear(): void {
    this.#reloads.clear();
    this.#listed.clear();
    this.#former.clear();
  }

  update(now: number, processes: readonly Process[]): void {
    this.#list(processes.filter((process) => !isLeaving(process)));
    const apps = new Set([...this.#reloads.keys(), ...processes.filter(isLeaving).map(({ app }) => app)]);
    for (const app of apps) {
      const own = processes.filter((process) => process.app === app);
      this.#take(app, own, { leaving: own.filter(isLeaving), ended: [], since: now }, now);
    }
    for (const { app, doneAt } of this.all) if (doneAt !== null && now - doneAt >= SHOWN_MS) this.#reloads.delete(app);
  }

  /** A process that was replaced between two rounds was never seen beside the new one: only its mark tells of it. */
  note(now: number, marks: readonly Mark[]): void {
    for (const [time, kind, app, pmId] of marks) {
      const old = this.#former.get(pmId);
      if (kind !== 'reload' || old?.app !== app) continue;
      const own = [...this.#listed.values()].filter((process) => process.app === app);
      const before = this.#reloads.get(app);
      if (before?.replaced.some((replaced) => replaced.old.run === old.run)) continue;
      const leaving = before?.replaced.filter((replaced) => replaced.isLeaving).map((replaced) => replaced.old) ?? [];
      this.#take(app, own, { leaving, ended: [old], since: Math.min(time, now) }, now);
    }
  }

  #list(processes: readonly Process[]): void {
    const gone = new Set(this.#listed.keys());
    for (const process of processes) {
      const before = this.#listed.get(process.pmId);
      if (before !== undefined && before.run !== process.run) this.#former.set(process.pmId, before);
      this.#listed.set(process.pmId, process);
      gone.delete(process.pmId);
    }
    for (const pmId of gone) {
      this.#listed.delete(pmId);
      this.#former.delete(pmId);
    }
  }

  #take(app: string, processes: readonly Process[], news: News, now: number): void {
    this.#reloads.set(app, next(app, this.#reloads.get(app), processes, news, now));
  }
}

function next(app: string, before: Reload | undefined, processes: readonly Process[], news: News, now: number): Reload {
  const replacedNow = [...news.leaving, ...news.ended];
  const kept = before !== undefined && goesOn(before, replacedNow, now) ? before : undefined;
  const old = new Map(kept?.replaced.map((replaced) => [replaced.old.run, replaced.old]));
  for (const process of replacedNow) old.set(process.run, process);
  const replaced = [...old.values()].map((process): Replaced => ({
    pmId: process.pmId,
    old: process,
    isLeaving: news.leaving.some(({ run }) => run === process.run),
    next: processes.find((other) => other.pmId === process.pmId && !isLeaving(other) && other.run !== process.run),
  }));
  const isDone = news.leaving.length === 0;
  return {
    app,
    since: kept?.since ?? news.since,
    // Whatever has been replaced since then belongs to it.
    doneAt: !isDone ? null : replacedNow.length > 0 ? now : (kept?.doneAt ?? now),
    replaced: replaced.toSorted((a, b) => a.pmId - b.pmId),
  };
}

/** PM2 replaces an app's processes by and by, and for a moment there may be no old one. */
function goesOn({ doneAt, replaced }: Reload, news: readonly Process[], now: number): boolean {
  if (doneAt === null || news.length === 0) return true;
  return now - doneAt < PAUSE_MS && news.every(({ pmId }) => replaced.every((one) => one.pmId !== pmId));
}

function isLeaving({ status }: Process): boolean {
  return status === 'leaving';
}
