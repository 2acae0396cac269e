/** One round: requests that were sent at once, and the scrapes that wait for the answers, each with its own deadline. */
import type { ProcessInfo } from '../pm2/process-list';
import type { Run } from '../../protocol/run';
import type { Apps } from './runs/apps';
import type { KnownRuns } from './runs/known-runs';
import type { Request } from './runs/known-run';
import type { ErrorCounts, BlockedInstance, RoundResult, SilentInstance, SilentReason } from './result';
import type { InstanceAnswer } from './runs/outcome';

/** How long a round waits for an app that has never answered. */
const BRIEF_MS = 1000;
/**
 * How long the next round waits for the end of this one. An instance that has not answered by then may be stopped: it
 * costs this round its deadline, and must not delay the next one.
 */
const HOLD_MS = 1000;

/** A scrape that waits, or the next round. */
interface Waiting {
  /** pm_id of the one instance that it waits for, `undefined` for all. */
  readonly only: number | undefined;
  readonly end: () => void;
}

export class Round {
  /** By pm_id. */
  readonly requests = new Map<number, Request>();
  /** To runs that PM2 is replacing. */
  readonly leaving: Request[] = [];
  /** Runs that PM2 is replacing too, and that are not asked: they owe too many answers, or the round asks one instance only. */
  readonly leavingUnasked: Run[] = [];
  private readonly startedAt = performance.now();
  private readonly waiting = new Set<Waiting>();
  private readonly late = new Set<number>();
  /** Whether the round still waits for apps that have never answered. */
  private isEarly = true;
  private lastDeadline = this.startedAt + HOLD_MS;

  constructor(
    /** Of the round, counted from 1. */
    private readonly number: number,
    /** When the round began, epoch milliseconds. */
    private readonly started: number,
    private readonly processes: readonly ProcessInfo[],
    private readonly apps: Apps,
    private readonly errors: ErrorCounts,
    private readonly runs: Pick<KnownRuns, 'blockedRun' | 'listedRun'>,
  ) {
    setTimeout(() => {
      this.isEarly = false;
      this.endWaits();
    }, BRIEF_MS).unref();
  }

  /** Whether no scrape waits for it any more. */
  get isOver(): boolean {
    return !this.isAwaiting() || performance.now() >= this.lastDeadline;
  }

  /** Whether a result of this round has that instance as late. */
  isMissed(pmId: number): boolean {
    return this.late.has(pmId);
  }

  /**
   * Resolves when all awaited answers have come, at the latest at the deadline.
   * @param deadline on the clock of `performance`
   * @param only pm_id of the one instance to wait for
   */
  until(deadline: number, only: number | undefined): Promise<void> {
    this.lastDeadline = Math.max(this.lastDeadline, deadline);
    return this.ended(deadline, only);
  }

  /** Resolves when the next round may begin. */
  untilNext(): Promise<void> {
    return this.ended(this.startedAt + HOLD_MS, undefined);
  }

  /** Ends the waits that have nothing to wait for any more. To be called after each outcome. */
  endWaits(): void {
    for (const { only, end } of [...this.waiting]) if (!this.isAwaiting(only)) end();
  }

  /** @param only pm_id of the one instance that the result is to have */
  result(only: number | undefined): RoundResult {
    const answers: InstanceAnswer[] = [];
    const silent: SilentInstance[] = [];
    const blocked: BlockedInstance[] = [];
    for (const process of this.processes) {
      if (!this.apps.includes(process) || (only ?? process.run.pmId) !== process.run.pmId) continue;
      const known = this.runs.blockedRun(process.run);
      if (known !== undefined) blocked.push({ run: known.run, since: known.blocked.since, stack: known.blocked.stack });
      const outcome = this.requests.get(process.run.pmId)?.outcome;
      if (outcome?.kind === 'answer') answers.push(outcome.answer);
      else if (this.apps.answers(process.run)) silent.push(this.noteSilent(process));
    }
    return {
      round: this.number,
      started: this.started,
      durationMs: performance.now() - this.startedAt,
      processes: this.processes,
      answers,
      silent,
      blocked,
      leaving: [
        ...this.leaving.map(({ known: { run }, outcome }) => ({
          run,
          answer: outcome?.kind === 'answer' ? outcome.answer : undefined,
        })),
        ...this.leavingUnasked.map((run) => ({ run, answer: undefined })),
      ],
      errors: this.errors.totals,
    };
  }

  private ended(deadline: number, only: number | undefined): Promise<void> {
    if (!this.isAwaiting(only)) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting.delete(waiting);
        resolve();
      };
      const waiting = { only, end };
      const timer = setTimeout(end, Math.max(0, deadline - performance.now()));
      this.waiting.add(waiting);
    });
  }

  private isAwaiting(only?: number): boolean {
    for (const [pmId, { outcome, known, brief }] of this.requests) {
      if (outcome !== undefined || (only ?? pmId) !== pmId) continue;
      const isBlocked = this.runs.blockedRun(known.run) !== undefined;
      if (this.apps.answers(known.run) && !known.isStarting && !isBlocked) return true;
      if ((brief || known.isStarting || isBlocked) && this.isEarly) return true;
    }
    // They may end at any moment, so that no scrape waits for them until its deadline.
    return only === undefined && this.isEarly && this.leaving.some(({ outcome }) => outcome === undefined);
  }

  private noteSilent({ run, status }: ProcessInfo): SilentInstance {
    if (status !== 'online') {
      return { run, reason: reasonOf(status), message: `PM2 says that it is ${status}` };
    }
    const request = this.requests.get(run.pmId);
    const outcome = request?.outcome;
    if (outcome?.kind === 'silent') {
      return { run, reason: outcome.reason, message: outcome.message };
    }
    // Also where it was not asked in this round.
    if (this.runs.listedRun(run)?.isStarting === true) {
      return { run, reason: 'starting', message: 'it has started just now and does not answer yet' };
    }
    const blocked = this.whyBlocked(run);
    if (blocked !== undefined) return blocked;
    // Counted once per round, although several scrapes may share it.
    if (!this.late.has(run.pmId)) this.errors.add('late');
    this.late.add(run.pmId);
    const message =
      request === undefined
        ? 'it has left several requests without an answer, and is asked again from time to time'
        : `it has not answered within ${Math.round(performance.now() - request.sentAt)} ms`;
    return { run, reason: 'late', message };
  }

  private whyBlocked(run: Run): SilentInstance | undefined {
    const known = this.runs.blockedRun(run);
    if (known === undefined) return undefined;
    const now = Date.now();
    const seconds = Math.max(0, Math.round((now - known.blocked.since) / 1000));
    const snapshot = known.last?.snapshot;
    return {
      run,
      reason: 'blocked',
      message: `its event loop has not turned for ${seconds} s, as its worker thread says`,
      last: snapshot && { snapshot, ageMs: Math.max(0, now - snapshot.time) },
    };
  }
}

function reasonOf(status: string): SilentReason {
  switch (status) {
    case 'launching':
    case 'waiting restart':
    case 'one-launch-status':
      return 'starting';
    case 'errored':
      return 'errored';
    default:
      return 'stopped';
  }
}
