/** A process as the page has it, by names. */
import type { PastField, ProcessRow } from '../../protocol/page';

export interface Process {
  readonly run: string;
  readonly pmId: number;
  readonly app: string;
  readonly status: string;
  readonly startedAt: number | null;
  readonly restarts: number;
  readonly numbers: Numbers;
  readonly sessions: number | null;
  readonly blockedSince: number | null;
  readonly stack: string | null;
  readonly odd: string | null;
  readonly why: string | null;
}

/** CPU in processors, memory in bytes, delay of the event loop and p95 in seconds, the others per second. */
export type Numbers = Readonly<Record<PastField, number | null>>;

export function processOf(row: ProcessRow): Process {
  const [run, pmId, app, status, startedAt, restarts, cpu, memory, eventLoop, requests, errors, p95] = row;
  const [sessions, blockedSince, stack, odd, why] = row.slice(12) as [
    ProcessRow[12],
    ProcessRow[13],
    ProcessRow[14],
    ProcessRow[15],
    ProcessRow[16],
  ];
  const numbers = { cpu, memory, eventLoop, requests, errors, p95 };
  return { run, pmId, app, status, startedAt, restarts, numbers, sessions, blockedSince, stack, odd, why };
}

/** In the order of the table. */
export const FIELDS: readonly PastField[] = ['requests', 'errors', 'p95', 'eventLoop', 'cpu', 'memory'];

/** What processes have together: the largest delay of them, since delays and quantiles cannot be added. */
export function together(processes: readonly Process[]): Numbers {
  const sums: Record<PastField, number | null> = {
    cpu: null,
    memory: null,
    eventLoop: null,
    requests: null,
    errors: null,
    p95: null,
  };
  for (const { numbers } of processes) {
    for (const field of FIELDS) sums[field] = joined(field, sums[field], numbers[field]);
  }
  return sums;
}

export function joined(field: PastField, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return isLargest(field) ? Math.max(a, b) : a + b;
}

export function isLargest(field: PastField): boolean {
  return field === 'p95' || field === 'eventLoop';
}

/** Whether it runs: also while its event loop does not turn, while it does not answer, and while PM2 is replacing it. */
export function isUp({ status }: Process): boolean {
  return status === 'online' || status === 'unanswered' || status === 'leaving';
}
