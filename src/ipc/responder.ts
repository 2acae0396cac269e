/**
 * Gathers requests for metrics and has a worker thread answer them from a snapshot that was collected for them, or from
 * the latest one if that takes too much or too long. Requests before the first snapshot wait for it. One task runs at a
 * time, and answers all waiting requests of one form together.
 */
import type { DaemonAddress } from '../../core/pm2/daemon-address';
import type { Snapshot } from '../../core/snapshot';
import { messageOf } from '../../core/values';
import type { Recipient } from '../../protocol/recipients';
import type { ReplyForm, ReplyTask } from '../../protocol/tasks';
import type { Logger } from '../logger';
import type { ExporterPool } from '../pool/exporter-pool';
import type { StateLog } from '../../core/state-log';
import type { MetricsRequest, RequestedForm } from './request';

export interface ResponderOptions {
  readonly pool: Pick<ExporterPool, 'run'>;
  /** The `pm_id` of this process. */
  readonly pmId: string;
  readonly daemon: DaemonAddress;
  readonly logger: Logger;
  readonly states: StateLog;
  /** See `Collector.refresh`. */
  readonly refresh?: (since: number) => Promise<void> | undefined;
  /** Called with the processes that have got a snapshot. */
  readonly onAnswered?: (pmIds: readonly number[], snapshot: Snapshot) => void;
}

const ANSWERING = {
  name: 'Answering requests for metrics',
  consequence: 'so askers such as the metrics server get no answer',
};

/** Recipients of one task, so that a task stays short and requests of other forms get their turn. */
const MAX_RECIPIENTS = 16;
/** Limits on the requests that wait, and on their size together. Above one of them, those that have waited longest are dropped. */
const MAX_WAITING_REQUESTS = 1000;
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** About what a waiting request takes, and each of its ranges of pages. */
const REQUEST_BYTES = 500;
const RANGE_BYTES = 80;
/** After this time an asker does not wait for the answer any more. */
const MAX_WAIT_MS = 30_000;
const DAEMON_TIMEOUT_MS = 10_000;
/**
 * A request that does not name its process waits this long: an asker that exits right after asking has ended by then, and
 * PM2's daemon refuses the answer. While the asker is ending, its channel is closed, and answers would end the daemon.
 */
const SETTLE_MS = 200;
/** A request that has waited so long for a collection is answered from the latest snapshot. */
const REFRESH_MS = 1000;
/** Waiting so much longer lets the requests of a burst be answered together. */
const BURST_MS = 20;

interface Waiting {
  /** Requests with the same key get the same answer. */
  readonly key: string;
  readonly request: MetricsRequest;
  /** About what it takes of the heap. */
  readonly bytes: number;
  /** By `performance.now()`. */
  readonly since: number;
  /** By `performance.now()`: when it may be answered. */
  readonly from: number;
}

export class Responder {
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private snapshot: Snapshot | undefined;
  private working = false;
  private stopped = false;
  private wake: NodeJS.Timeout | undefined;

  constructor(private readonly options: ResponderOptions) {}

  ask(request: MetricsRequest): void {
    if (this.stopped) return;
    const key = JSON.stringify(request.form);
    const ranges = request.form.kind === 'snapshot' ? request.form.have.length : 0;
    const bytes = REQUEST_BYTES + key.length + ranges * RANGE_BYTES;
    const since = performance.now();
    const from = request.recipient.pid === undefined ? since + SETTLE_MS : since;
    this.waiting.push({ key, request, bytes, since, from });
    this.waitingBytes += bytes;
    while (this.waiting.length > MAX_WAITING_REQUESTS || this.waitingBytes > MAX_WAITING_BYTES) this.dropOldest();
    if (!this.working) void this.work();
  }

  /** Answers from this snapshot from now on. */
  update(snapshot: Snapshot): void {
    if (this.stopped) return;
    this.snapshot = snapshot;
    if (!this.working) void this.work();
  }

  /** Drops the waiting requests. Repeatable. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.wake);
    this.waiting = [];
    this.waitingBytes = 0;
    this.snapshot = undefined;
  }

  private dropOldest(): void {
    this.waitingBytes -= this.waiting.shift()?.bytes ?? 0;
    this.options.states.warnOnce(
      'waiting requests',
      `More than ${MAX_WAITING_REQUESTS} requests for metrics wait for an answer, or more than ` +
        `${MAX_WAITING_BYTES / (1024 * 1024)} MiB of them: the oldest are dropped, and their askers get no answer. Ask ` +
        'less often',
    );
  }

  private async work(): Promise<void> {
    this.working = true;
    while (this.snapshot !== undefined && this.waiting.length > 0) {
      // In the next turn of the event loop, when all requests of a burst have arrived.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.takeBatch();
      if (batch.length === 0) break;
      await this.refresh(batch);
      if (this.snapshot === undefined) break;
      const requests = batch.map(({ request }) => request);
      await this.answer(requests, this.snapshot).catch((error: unknown) => this.report(messageOf(error)));
    }
    this.working = false;
    if (this.snapshot === undefined || this.waiting.length === 0) return;
    const delayMs = Math.min(...this.waiting.map(({ from }) => from)) + BURST_MS - performance.now();
    clearTimeout(this.wake);
    this.wake = setTimeout(() => this.working || void this.work(), delayMs).unref();
  }

  /**
   * Removes requests of one form that may be answered now, beginning with the oldest, and all requests that have waited too
   * long.
   */
  private takeBatch(): Waiting[] {
    const now = performance.now();
    const alive = this.waiting.filter(({ since }) => since >= now - MAX_WAIT_MS);
    const key = alive.find(({ from }) => from <= now)?.key;
    const batch: Waiting[] = [];
    this.waiting = [];
    for (const one of alive) {
      if (one.key === key && one.from <= now && batch.length < MAX_RECIPIENTS) batch.push(one);
      else this.waiting.push(one);
    }
    this.waitingBytes = this.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    return batch;
  }

  private async refresh(batch: readonly Waiting[]): Promise<void> {
    const refreshed = this.options.refresh?.(Math.max(...batch.map(({ since }) => since)));
    if (refreshed === undefined) return;
    const until = Math.min(...batch.map(({ from }) => from)) + REFRESH_MS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, until - performance.now()).unref();
    });
    await Promise.race([refreshed, late]);
    clearTimeout(timer);
  }

  private async answer(batch: readonly MetricsRequest[], snapshot: Snapshot): Promise<void> {
    const { pool, logger } = this.options;
    let task = this.taskFor(batch, snapshot);
    let result = await pool.run(task);
    if (!result.ok && (result.code === 'WORKER_LOST' || result.code === 'WORKER_TIMEOUT') && !this.stopped) {
      // Another thread answers the recipients that this one has not served.
      task = this.taskFor(batch.slice(Atomics.load(task.served, 0)), snapshot);
      if (task.recipients.length === 0) return;
      logger.debug(`A worker thread was lost while it answered requests (${result.message}): another one goes on`);
      result = await pool.run(task);
    }
    if (this.stopped) return;
    if (result.ok) {
      this.report(undefined);
      const missed = new Set(result.undelivered.map(({ pmId }) => pmId));
      const pmIds = batch.map(({ recipient }) => recipient.pmId).filter((pmId) => !missed.has(pmId));
      this.options.onAnswered?.(pmIds, snapshot);
      for (const { pmId, message, refused } of result.undelivered) {
        if (refused) this.waiting = this.waiting.filter(({ request }) => request.recipient.pmId !== pmId);
        logger.debug(`The answer to the process with pm_id ${pmId} was not delivered: ${message}`);
      }
    } else if (result.code === 'DAEMON_UNREACHABLE' && (!process.connected || result.message.endsWith(' broke'))) {
      // No line for the user: a daemon that goes takes its connections and the askers with it. Where it is still there,
      // the next request tells.
      logger.debug(`${task.recipients.length} request(s) for metrics could not be answered: ${result.message}`);
    } else if (result.code === 'DAEMON_UNREACHABLE') {
      this.report(`${result.message}. ${adviceFor(result.message)}`);
    } else if (result.code === 'TOO_LARGE') {
      // Not a state: requests for the other form are answered all the time.
      this.options.states.warnOnce(result.code, `A request for metrics was refused: ${result.message}`);
    } else if (result.code === 'WORKER_UNAVAILABLE') {
      // The pool has told the user.
      logger.debug(`${task.recipients.length} request(s) for metrics could not be answered: ${result.message}`);
    } else {
      this.report(`${result.message} (${result.code})`);
    }
  }

  private report(trouble: string | undefined): void {
    if (!this.stopped) this.options.states.report(ANSWERING, trouble);
  }

  private taskFor(batch: readonly MetricsRequest[], snapshot: Snapshot): ReplyTask {
    const [first] = batch;
    return {
      kind: 'reply',
      snapshot,
      form: replyForm(first?.form ?? { kind: 'plain' }, snapshot),
      recipients: batch.map(({ recipient }): Recipient => recipient),
      from: this.options.pmId,
      daemon: this.options.daemon,
      timeoutMs: DAEMON_TIMEOUT_MS,
      served: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    };
  }
}

/** The daemon is there, since the channel to it is open, and yet this process cannot reach its socket. */
function adviceFor(message: string): string {
  if (/\bE(ACCES|PERM)\b/.test(message)) {
    const remedy = 'start PM2 as that user, or with PM2_SOCKET_USER and PM2_SOCKET_GROUP set to its ids';
    return `The user that this app runs as (uid ${process.getuid?.() ?? '?'}) may not use the socket: ${remedy}`;
  }
  if (/\bE(NOENT|CONNREFUSED|NOTSOCK)\b/.test(message)) {
    return "There is no daemon: set PM2_HOME to the absolute path of the daemon's folder, and restart the app";
  }
  return 'Later requests are tried again';
}

/** Page ids are only meaningful within their incarnation: an asker that names another one has none of these pages. */
function replyForm(form: RequestedForm, snapshot: Snapshot): ReplyForm {
  if (form.kind === 'plain') return form;
  return { kind: 'snapshot', have: form.incarnation === snapshot.incarnation ? form.have : [] };
}
