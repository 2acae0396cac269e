/**
 * Takes what the worker thread of a process says of its main thread: that its event loop does not turn, or turns again. A
 * message counts with the token of a run, and only for that run. A report counts until the next one, an answer to a later
 * request, the end of the run, or some time without a report.
 */
import { isRecord, printable } from '../../../core/values';
import { WIRE_VERSION } from '../../../core/wire/format';
import type { Run } from '../../protocol/run';
import type { Blocked } from './runs/blocked';
import type { KnownRuns } from './runs/known-runs';
import type { ErrorCounts, ErrorKind } from './result';

const TOPIC = 'eventLoopBlocked';
/** More than this is not believed: it would be a year. */
const MAX_BLOCKED_MS = 366 * 86_400_000;
const MAX_STACK_CHARS = 4096;
/** Two reports of one hang differ by less than this in when it began. */
const SAME_MS = 1000;

export interface BlockedReportsOptions {
  readonly runs: KnownRuns;
  readonly errors: ErrorCounts;
  /** Hears of each change; `undefined`: it turns again. */
  readonly onChange: (run: Run, blocked: Blocked | undefined) => void;
}

interface Report {
  readonly pid: number;
  readonly blockedMs: number;
  readonly turns: boolean;
  readonly stack: string | undefined;
}

export class BlockedReports {
  constructor(private readonly options: BlockedReportsOptions) {}

  /** Ignores messages of other topics. */
  hear(message: unknown): void {
    if (!isRecord(message) || message['topic'] !== TOPIC) return;
    const { runs, errors, onChange } = this.options;
    const { token } = message;
    const known = typeof token === 'string' ? runs.ofToken(token) : undefined;
    const report = readReport(message['data']);
    if (known === undefined) errors.add('stale');
    else if (typeof report === 'string') errors.add(report);
    else if (!known.isOf(report.pid) || runs.isOfAnother(report.pid, known)) errors.add('replaced');
    else {
      const before = known.blocked;
      known.blocked = report.turns ? undefined : next(report, before);
      if (before?.since !== known.blocked?.since) onChange(known.run, known.blocked);
    }
  }
}

function next({ blockedMs, stack }: Report, before: Blocked | undefined): Blocked {
  const since = Date.now() - blockedMs;
  const isSame = before !== undefined && Math.abs(before.since - since) < SAME_MS;
  return { since: isSame ? before.since : since, stack, heardAt: performance.now() };
}

function readReport(data: unknown): Report | ErrorKind {
  if (!isRecord(data)) return 'malformed';
  const { v, pid, blockedMs, turns, stack } = data;
  if (v !== WIRE_VERSION) return typeof v === 'number' ? 'unsupported' : 'malformed';
  const isTime = typeof blockedMs === 'number' && blockedMs >= 0 && blockedMs <= MAX_BLOCKED_MS;
  if (!Number.isSafeInteger(pid) || !isTime || typeof turns !== 'boolean') return 'malformed';
  if (stack !== undefined && typeof stack !== 'string') return 'malformed';
  return { pid: pid as number, blockedMs, turns, stack: stack === undefined ? undefined : readable(stack) };
}

function readable(stack: string): string {
  const lines = stack.slice(0, MAX_STACK_CHARS).split('\n');
  return lines.map((line) => printable(line, MAX_STACK_CHARS)).join('\n');
}
