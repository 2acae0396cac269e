/**
 * Asks all instances for their metrics, in rounds.
 *
 * ```
 * scrape ─┐            ┌─▶ getMonitorData ─▶ processes ─▶ getMetrics ─┬─▶ instance ─┐
 * scrape ─┴─▶ a round ─┘                                  all at once └─▶ instance ─┤
 *    ▲                                                                              │
 *    └── result at each scrape's deadline, or when all are there ◀── snapshot ◀── returnMetrics
 * ```
 *
 * A scrape joins a round before the round's requests are sent, so that no answer is older than the scrape. A scrape that
 * comes later waits for the next round, which begins when all instances have answered, or a second after this one's
 * beginning: a few late instances must not delay it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DaemonError, type Daemon } from '../../../core/pm2/daemon';
import { messageOf } from '../../../core/values';
import { appKey } from '../../protocol/labels';
import type { Run } from '../../protocol/run';
import { readProcessList, type ProcessInfo } from '../pm2/process-list';
import { readAnswer, readHello, readLastNumbers, type Answer } from './messages/answer';
import { Apps, type AppsOptions } from './runs/apps';
import { BlockedReports } from './blocked-reports';
import { isCurrent, type Blocked } from './runs/blocked';
import { KnownRuns } from './runs/known-runs';
import { LastNumbersReader, type Heard } from './last-numbers';
import { packetOf } from './packet';
import { AnswerError, Reader, type ReaderOptions } from './reader';
import { noteOutcome, type Outcome } from './runs/outcome';
import type { Request } from './runs/known-run';
import { ErrorCounts, type KnownNumbers, type RoundResult } from './result';
import type { InstanceAnswer } from './runs/outcome';
import { Round } from './round';
import { Welcomes } from './runs/welcomes';

export interface RoundsOptions extends AppsOptions, ReaderOptions {
  readonly daemon: Daemon;
  /** Hears what has come of last numbers, which come at any time. */
  readonly onLastNumbers?: (heard: Heard) => void;
  /** Hears, between rounds too, that the event loop of a run does not turn; `undefined`: that it turns again. */
  readonly onBlocked?: (run: Run, blocked: Blocked | undefined) => void;
}

/** How long PM2's daemon may take to list its processes or to pass a request on, in milliseconds. */
const DAEMON_MS = 10_000;
/** After this time an answer is not waited for: the process does not answer, or it notices the end of this server first. */
const OVERDUE_MS = 1000;
const FINISH_STEP_MS = 20;

export class Rounds {
  private readonly apps: Apps;
  private readonly reader: Reader;
  private readonly errors = new ErrorCounts();
  private readonly runs = new KnownRuns();
  private readonly lastNumbers: LastNumbersReader;
  private readonly blocked: BlockedReports;
  /** The round that scrapes may still join. */
  private gathering: Promise<Round> | undefined;
  /** pm_ids of the instances that these scrapes want to have asked; `undefined` stands for all. */
  private wanted = new Set<number | undefined>();
  private latest: Round | undefined;
  private count = 0;
  private finishing = false;
  private readonly welcomes = new Welcomes((timeoutMs, pmId) => this.ask(timeoutMs, pmId));
  private readonly onMessage = (message: unknown): void => this.hear(message);

  constructor(private readonly options: RoundsOptions) {
    this.apps = new Apps(options);
    this.reader = new Reader(options);
    const { runs, reader, errors } = this;
    this.lastNumbers = new LastNumbersReader({
      runs,
      reader,
      errors,
      onHeard: (heard) => options.onLastNumbers?.(heard),
    });
    this.blocked = new BlockedReports({
      runs,
      errors,
      onChange: (run, blocked) => {
        // Its scrapes need not wait for it any longer.
        this.latest?.endWaits();
        options.onBlocked?.(run, blocked);
      },
    });
  }

  /** All runs of which more numbers may come, with the newest ones that are known. */
  known(): KnownNumbers[] {
    return this.runs.withEnded().map(({ run, last, blocked }) => ({
      ...{ run, snapshot: last?.snapshot },
      blocked: blocked !== undefined && isCurrent(blocked) ? blocked : undefined,
    }));
  }

  /** Listens for answers. They come as messages to this process, so that PM2 has to run it. */
  start(): void {
    process.off('message', this.onMessage);
    process.on('message', this.onMessage);
  }

  /**
   * Begins no more rounds, and waits for the answers that were asked for, as long as they may still come: an answer to a
   * process that has just exited can end PM2's daemon. It waits for what is being read, too.
   */
  async finish(): Promise<void> {
    this.finishing = true;
    const isDue = ({ sentAt }: Request): boolean => performance.now() - sentAt < OVERDUE_MS;
    const isOwed = (): boolean => this.runs.all().some(({ requests }) => requests.some(isDue));
    while (isOwed() || this.lastNumbers.isBusy) await setTimeout(FINISH_STEP_MS);
  }

  stop(): void {
    process.off('message', this.onMessage);
    this.runs.clear();
  }

  /**
   * Asks all instances, or one.
   * @param timeoutMs an answer that takes longer is missing from the result
   * @param only pm_id of the one instance to ask; the round asks the others only if another scrape wants them
   * @throws DaemonError if PM2's daemon cannot be reached
   */
  async ask(timeoutMs: number, only?: number): Promise<RoundResult> {
    const deadline = performance.now() + timeoutMs;
    this.gathering ??= this.gather();
    this.wanted.add(only);
    const round = await within(timeoutMs, this.gathering);
    await round.until(deadline, only);
    return round.result(only);
  }

  private async gather(): Promise<Round> {
    try {
      if (this.finishing) throw new DaemonError('UNREACHABLE', 'this server is ending');
      await this.latest?.untilNext();
      // A new daemon has no channel to a process that the daemon before it has started.
      if (!process.connected)
        throw new DaemonError(
          'UNREACHABLE',
          'the PM2 daemon that started this process has ended, so that no answer can come in: restart it with PM2',
        );
      const started = Date.now();
      const processes = readProcessList(await this.options.daemon.call('getMonitorData', {}, DAEMON_MS));
      this.runs.update(processes.filter((process) => this.apps.includes(process)));
      this.apps.forgetAllBut(processes);
      this.latest = this.begin(started, processes);
      return this.latest;
    } catch (error) {
      this.errors.add('daemon_unreachable');
      throw error;
    } finally {
      this.gathering = undefined;
      this.wanted = new Set();
    }
  }

  private begin(started: number, processes: readonly ProcessInfo[]): Round {
    const round = new Round(++this.count, started, processes, this.apps, this.errors, this.runs);
    const asked = new Map<string, Run>();
    const leaving = new Set(this.runs.leaving());
    for (const known of this.runs.all()) {
      const sentAt = performance.now();
      const { run } = known;
      const { pmId } = run;
      const isWanted = this.wanted.has(undefined) || (this.wanted.has(pmId) && !leaving.has(known));
      if (!isWanted || !known.shouldBeAsked(sentAt, this.apps.answers(run))) {
        if (leaving.has(known)) round.leavingUnasked.push(run);
        continue;
      }
      const request: Request = {
        id: randomUUID(),
        known,
        sentAt,
        sentTime: Date.now(),
        base: known.last,
        isMissed: () => round.isMissed(run.pmId),
        brief: this.apps.mayAnswer(run),
        outcome: undefined,
        onOutcome: () => round.endWaits(),
        isOver: () => round.isOver,
      };
      known.noteAsked(request);
      if (leaving.has(known)) round.leaving.push(request);
      else {
        round.requests.set(pmId, request);
        asked.set(appKey(run), run);
      }
      void this.send(request);
    }
    for (const run of asked.values()) this.apps.noteAsked(run);
    return round;
  }

  private async send(request: Request): Promise<void> {
    try {
      await this.options.daemon.sendDataToProcessId([packetOf(request, this.options.self)], DAEMON_MS);
    } catch (error) {
      if (request.outcome !== undefined) return;
      const refused = error instanceof DaemonError && error.code === 'REFUSED';
      const { known } = request;
      if (refused) known.close(request);
      // A run that was being replaced has ended: that is no failure.
      if (refused && known.address !== known.run.pmId) this.runs.end(known);
      else this.errors.add(refused ? 'refused' : 'daemon_unreachable');
      noteOutcome(request, { kind: 'silent', reason: refused ? 'stopped' : 'late', message: messageOf(error) });
    }
  }

  private hear(message: unknown): void {
    const receivedAt = Date.now();
    const starting = readHello(message);
    if (starting !== undefined && !this.finishing) {
      this.runs.noteHello(starting);
      this.welcomes.hear(starting);
    }
    const last = readLastNumbers(message);
    if (last !== undefined) this.lastNumbers.hear(last);
    this.blocked.hear(message);
    const read = readAnswer(message);
    if (read === undefined) return;
    const request = this.runs.requestOf(read);
    if (request === undefined) {
      this.errors.add('stale');
      return;
    }
    request.known.close(request);
    this.apps.noteAnswer(request.known.run);
    if ('problem' in read) {
      this.errors.add(read.kind);
      noteOutcome(request, broken(read.problem));
    } else void this.take(request, read, receivedAt);
  }

  private async take(request: Request, answer: Answer, receivedAt: number): Promise<void> {
    const durationMs = performance.now() - request.sentAt;
    if (request.isOver()) {
      if (request.isMissed()) this.errors.add('stale');
      // No scrape gets this answer. A compact one is decoded all the same, so that the next request can name its pages:
      // otherwise an instance whose first answer takes too long would be late each time.
      if (answer.body.form === 'plain') return;
    }
    try {
      const snapshot = await this.reader.read(request, answer, receivedAt);
      const bytes = answer.body.form === 'snapshot' ? answer.body.payload.length : undefined;
      const ageMs = Math.max(0, receivedAt - snapshot.time);
      const taken: InstanceAnswer = { run: request.known.run, snapshot, bytes, durationMs, ageMs };
      noteOutcome(request, { kind: 'answer', answer: taken });
    } catch (error) {
      const kind = error instanceof AnswerError ? error.kind : 'worker';
      const text = messageOf(error);
      this.errors.add(kind);
      const isOfAnother = kind === 'replaced' || kind === 'stale';
      noteOutcome(request, isOfAnother ? { kind: 'silent', reason: 'late', message: text } : broken(text));
    }
  }
}

function broken(problem: string): Outcome {
  return { kind: 'silent', reason: 'broken', message: `its answer cannot be read: ${problem}` };
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new DaemonError('UNREACHABLE', `PM2's daemon has not listed its processes within ${timeoutMs} ms`);
    timer = globalThis.setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
