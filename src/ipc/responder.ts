/**
 * Collects requests and has them answered by a worker thread: equal ones that wait together by one task, one
 * task at a time, from the last snapshot, or from the first one as soon as it is there.
 */
import type { Snapshot } from '../../core/snapshot';
import type { Recipient, ReplyForm, ReplyTask } from '../../protocol/tasks';
import type { Logger } from '../logger';
import type { DaemonAddress } from '../../core/pm2/daemon-address';
import type { ExporterPool } from '../pool/exporter-pool';
import type { MetricsRequest, RequestedForm } from './request';

export interface ResponderOptions {
  readonly pool: Pick<ExporterPool, 'run'>;
  readonly pmId: string;
  readonly daemon: DaemonAddress;
  readonly logger: Logger;
}

/** Recipients of one task at the most, so that no task takes long and others get their turn. */
const BATCH = 16;
/** Requests that may wait; a request above that takes the place of the one that has waited longest. */
const MAX_WAITING = 1000;
/** Nobody waits for an answer that comes later than this. */
const MAX_WAIT_MS = 30_000;
const DAEMON_TIMEOUT_MS = 10_000;

interface Waiting {
  readonly key: string;
  readonly request: MetricsRequest;
  readonly since: number;
}

export class Responder {
  private waiting: Waiting[] = [];
  private snapshot: Snapshot | undefined;
  private busy = false;
  private scheduled = false;
  private stopped = false;

  constructor(private readonly options: ResponderOptions) {}

  ask(request: MetricsRequest): void {
    if (this.stopped) return;
    if (this.waiting.length >= MAX_WAITING) {
      this.options.logger.debug('Too many requests for metrics wait: the oldest one is dropped');
      this.waiting.shift();
    }
    this.waiting.push({ key: JSON.stringify(request.form), request, since: performance.now() });
    this.schedule();
  }

  /** Whatever is answered from now on is answered from this snapshot. */
  update(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    this.waiting = [];
    this.snapshot = undefined;
  }

  /** At the end of this turn of the event loop, when the other requests of a burst have been heard. */
  private schedule(): void {
    if (this.scheduled || this.busy || this.waiting.length === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.work();
    });
  }

  private async work(): Promise<void> {
    if (this.busy || this.snapshot === undefined) return;
    const batch = this.nextBatch();
    if (batch.length === 0) return;
    this.busy = true;
    try {
      await this.answer(batch, this.snapshot);
    } catch (error) {
      this.options.logger.error('Answering requests for metrics failed:', error);
    } finally {
      this.busy = false;
      if (!this.stopped) this.schedule();
    }
  }

  private nextBatch(): MetricsRequest[] {
    const oldest = performance.now() - MAX_WAIT_MS;
    const alive = this.waiting.filter(({ since }) => since >= oldest);
    const key = alive[0]?.key;
    const batch: MetricsRequest[] = [];
    this.waiting = [];
    for (const one of alive) {
      if (one.key === key && batch.length < BATCH) batch.push(one.request);
      else this.waiting.push(one);
    }
    return batch;
  }

  private async answer(batch: readonly MetricsRequest[], snapshot: Snapshot): Promise<void> {
    const { pool, logger } = this.options;
    let task = this.taskFor(batch, snapshot);
    let result = await pool.run(task);
    if (!result.ok && (result.code === 'WORKER_LOST' || result.code === 'WORKER_TIMEOUT') && !this.stopped) {
      // Another thread answers those that this one has not answered.
      task = this.taskFor(batch.slice(Atomics.load(task.served, 0)), snapshot);
      if (task.recipients.length === 0) return;
      logger.debug(`A worker thread was lost (${result.message}), another one answers`);
      result = await pool.run(task);
    }
    if (this.stopped) return;
    if (!result.ok) {
      // Who asked through the daemon knows by itself that the daemon is gone.
      const level = result.code === 'DAEMON_UNREACHABLE' ? 'debug' : 'warn';
      logger[level](`Could not answer ${task.recipients.length} request(s) for metrics: ${result.message}`);
      return;
    }
    for (const { pmId, message } of result.undelivered) {
      logger.debug(`Process ${pmId} asked for metrics and could not be answered: ${message}`);
    }
  }

  private taskFor(batch: readonly MetricsRequest[], snapshot: Snapshot): ReplyTask {
    const [first] = batch;
    return {
      kind: 'reply',
      snapshot,
      form: replyForm(first?.form ?? { kind: 'resource-metrics' }, snapshot),
      recipients: batch.map(({ recipient }): Recipient => recipient),
      from: this.options.pmId,
      daemon: this.options.daemon,
      timeoutMs: DAEMON_TIMEOUT_MS,
      served: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    };
  }
}

/** Page ids of another incarnation say nothing of this one's pages. */
function replyForm(form: RequestedForm, snapshot: Snapshot): ReplyForm {
  if (form.kind === 'resource-metrics') return form;
  return { kind: 'snapshot', have: form.incarnation === snapshot.incarnation ? form.have : [] };
}
