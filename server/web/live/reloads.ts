/** Reloads as they happen: which processes have taken the place of which. */
import type { Process } from './process';

/** How long a reload is shown after its last old process has gone. */
const SHOWN_MS = 60_000;

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

export class Reloads {
  #reloads: readonly Reload[] = [];

  get all(): readonly Reload[] {
    return this.#reloads;
  }

  clear(): void {
    this.#reloads = [];
  }

  update(now: number, processes: readonly Process[]): void {
    const known = new Map(this.#reloads.map((reload) => [reload.app, reload]));
    const apps = new Set([...known.keys(), ...processes.filter(isLeaving).map(({ app }) => app)]);
    this.#reloads = [...apps]
      .map((app) =>
        next(
          app,
          known.get(app),
          processes.filter((process) => process.app === app),
          now,
        ),
      )
      .filter(({ doneAt }) => doneAt === null || now - doneAt < SHOWN_MS);
  }
}

function next(app: string, before: Reload | undefined, processes: readonly Process[], now: number): Reload {
  const leaving = processes.filter(isLeaving);
  // A reload after one that is over is another one.
  const kept = before?.doneAt != null && leaving.length > 0 ? undefined : before;
  const old = new Map(kept?.replaced.map((replaced) => [replaced.old.run, replaced.old]));
  for (const process of leaving) old.set(process.run, process);
  const replaced = [...old.values()].map((process): Replaced => ({
    pmId: process.pmId,
    old: process,
    isLeaving: leaving.some(({ run }) => run === process.run),
    next: processes.find((other) => other.pmId === process.pmId && !isLeaving(other) && other.run !== process.run),
  }));
  return {
    app,
    since: kept?.since ?? now,
    doneAt: leaving.length > 0 ? null : (kept?.doneAt ?? now),
    replaced: replaced.toSorted((a, b) => a.pmId - b.pmId),
  };
}

function isLeaving({ status }: Process): boolean {
  return status === 'leaving';
}
