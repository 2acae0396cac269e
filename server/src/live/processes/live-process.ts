/** A process as the dashboard shows it. */
import { appTitle } from '../../../protocol/labels';
import type { OverviewProcess } from '../../../protocol/overview';
import type { ProcessRow } from '../../../protocol/page';
import type { Vitals } from '../../../protocol/query';
import type { Run } from '../../../protocol/run';
import { inJson } from '../in-json';

export interface LiveProcess {
  readonly run: Run;
  readonly status: string;
  readonly startedAt: number | undefined;
  readonly restarts: number;
  readonly cpu: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly vitals: Vitals;
  /** Whether it has answered lately. If it has not, its vitals are the last that are known. */
  readonly isHeard: boolean;
  /** Whether PM2 calls it online, and nothing has come from it in the last round. */
  readonly isUnanswered: boolean;
  readonly blockedSince: number | undefined;
  readonly stack: string | undefined;
  readonly odd: string | undefined;
  readonly why: string | null;
  readonly path: string | null;
}

export function inOverview(process: LiveProcess): OverviewProcess {
  const { run, startedAt, restarts, vitals, why, path } = process;
  return {
    run: run.key,
    pmId: run.pmId,
    app: run.app,
    namespace: run.namespace ?? null,
    status: statusOf(process),
    startedAt: startedAt ?? null,
    restarts,
    cpu: inJson(process.cpu),
    memoryBytes: inJson(process.memoryBytes),
    eventLoopDelay: inJson(vitals.eventLoop),
    requestsPerSecond: inJson(vitals.requests),
    errorsPerSecond: inJson(vitals.errors),
    p95: inJson(vitals.latency),
    sessions: inJson(vitals.sessions),
    blockedSince: process.blockedSince ?? null,
    stack: process.stack ?? null,
    odd: process.odd ?? null,
    why,
    path,
  };
}

/** A worker thread's report that the process is blocked counts as an answer. */
function statusOf({ status, isUnanswered, blockedSince }: LiveProcess): string {
  return isUnanswered && blockedSince === undefined ? 'unanswered' : status;
}

/** The same in the order of {@link ProcessRow}. */
export function rowOf(process: LiveProcess): ProcessRow {
  const one = inOverview(process);
  return [
    one.run,
    one.pmId,
    appTitle(process.run),
    one.status,
    one.startedAt,
    one.restarts,
    one.cpu,
    one.memoryBytes,
    one.eventLoopDelay,
    one.requestsPerSecond,
    one.errorsPerSecond,
    one.p95,
    one.sessions,
    one.blockedSince,
    one.stack,
    one.odd,
    one.why,
  ];
}
