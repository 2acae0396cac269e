/** What this server knows of PM2's processes, for the page at `/` and for the log: which have metrics, and why others have none. */
import type { ProcessInfo } from './pm2/process-list';
import type { InstanceOfApp } from './view';
import type { RoundResult } from './rounds/result';

export interface ProcessOverview extends InstanceOfApp {
  /** As PM2 has it. */
  readonly status: string;
  /** Where its metrics are; `null` if its app has never answered. */
  readonly path: string | null;
  /** Why it has no metrics now; `null` if it has answered. */
  readonly why: string | null;
  /** Since when its event loop has not turned, epoch milliseconds; `null`: nothing is known of that. */
  readonly blockedSince: number | null;
  /** Of its main thread, while it is blocked and if its option blockedStack is on. */
  readonly stack: string | null;
}

export interface Overview {
  /** Why there are no metrics of any process, in a sentence; `null` if there are. */
  readonly problem: string | null;
  /** All processes that PM2 runs except this server, by ascending pm_id. */
  readonly processes: readonly ProcessOverview[];
}

export interface Asked {
  /** `pm_id` of this server. */
  readonly self: number;
  /** Whether the process is asked while it runs. */
  readonly includes: (process: ProcessInfo) => boolean;
}

/** Groups of processes that a sentence names. */
const MAX_NAMED = 5;

export function overviewOf(result: RoundResult, asked: Asked): Overview {
  const answered = new Set(result.answers.map(({ run }) => run.pmId));
  const silent = new Map(result.silent.map(({ run, message }) => [run.pmId, message]));
  const blocked = new Map(result.blocked.map((one) => [one.run.key, one]));
  const processes = result.processes
    .filter(({ run }) => run.pmId !== asked.self)
    .map((process): ProcessOverview => {
      const { key, ...instance } = process.run;
      const { pmId } = instance;
      const hasAnswered = answered.has(pmId);
      return {
        ...instance,
        status: process.status,
        path: hasAnswered || silent.has(pmId) ? `/metrics/${pmId}` : null,
        why: hasAnswered ? null : (silent.get(pmId) ?? whyNever(process, asked)),
        blockedSince: blocked.get(key)?.since ?? null,
        stack: blocked.get(key)?.stack ?? null,
      };
    });
  return { problem: answered.size > 0 ? null : problemOf(processes), processes };
}

function whyNever(process: ProcessInfo, { includes }: Asked): string {
  if (!includes(process)) {
    return process.isModule
      ? 'it is a module of PM2, which is asked only if the option apps names it'
      : 'it is not asked, since the option apps leaves it out';
  }
  return process.status === 'online'
    ? 'it is asked and has never answered: either it runs no exporter, or its log says what the exporter lacks'
    : `PM2 says that it is ${process.status}`;
}

function problemOf(processes: readonly ProcessOverview[]): string {
  if (processes.length === 0) return 'PM2 runs no process besides this server.';
  const groups = new Map<string, { readonly app: string; readonly why: string; readonly pmIds: number[] }>();
  for (const { app, pmId, why } of processes) {
    const key = JSON.stringify([app, why]);
    const group = groups.get(key) ?? { app, why: why ?? '', pmIds: [] };
    group.pmIds.push(pmId);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const named = all.slice(0, MAX_NAMED).map(({ app, why, pmIds }) => {
    const ids = pmIds.length > MAX_NAMED ? `${pmIds.length} processes` : pmIds.join(', ');
    return `${JSON.stringify(app)} (${ids}): ${why}`;
  });
  const rest = all.length > MAX_NAMED ? `; and ${all.length - MAX_NAMED} more` : '';
  return `PM2 runs ${processes.length} besides this server, and none has metrics now. ${named.join('; ')}${rest}.`;
}
