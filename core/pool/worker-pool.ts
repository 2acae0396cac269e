/**
 * The base of both programs' worker pools. Its threads do not keep the process alive and cannot harm it: where a thread
 * crashes, hangs or runs out of memory, its task fails, and the next task gets another thread.
 *
 * Threads are made in one place only, `start()`, which cannot throw.
 */
import type { MessagePort } from 'node:worker_threads';
import { isRecord, messageOf } from '../values';
import { Attempts } from './attempts';
import { Thread, type ThreadOptions } from './thread';

export interface PoolOptions extends ThreadOptions {
  readonly threads: number;
  /** Deadline of a task in milliseconds. A task that takes longer is ended together with its thread. */
  readonly timeoutMs: number;
  /**
   * Hears why a thread could not be started, and `undefined` as soon as one has been started again. Attempts are made when
   * there are tasks, with growing pauses between them.
   */
  readonly onTrouble?: (trouble: string | undefined) => void;
}

/** The result of a task for which the worker has returned none. */
export interface PoolFailure {
  readonly ok: false;
  readonly code: 'WORKER_LOST' | 'WORKER_TIMEOUT' | 'WORKER_UNAVAILABLE';
  readonly message: string;
}

interface Job {
  readonly task: object;
  readonly transfer: readonly MessagePort[];
  readonly keepsAlive: boolean;
  readonly settle: (result: unknown) => void;
}

export class WorkerPool {
  private readonly threads = new Map<Thread, Job | undefined>();
  private readonly ending = new Set<Promise<void>>();
  private readonly attempts: Attempts;
  /** Jobs that wait for a thread. */
  private waiting: Job[] = [];
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: PoolOptions) {
    this.attempts = new Attempts((trouble) => this.options.onTrouble?.(trouble));
    // At once, so that what is wrong with threads shows at once, and the first task need not wait.
    this.start();
  }

  /** Why the last thread could not be started; `undefined` if it could. */
  get trouble(): string | undefined {
    return this.attempts.lastTrouble;
  }

  /**
   * @param options.keepsAlive whether the process stays alive until the task has ended, once it has begun
   * @returns what the worker returned, of which the caller knows the type, or a {@link PoolFailure}; never rejects
   */
  submit(
    task: object,
    { transfer = [], keepsAlive = true }: Partial<Pick<Job, 'transfer' | 'keepsAlive'>> = {},
  ): Promise<unknown> {
    if (this.stopped !== undefined) return Promise.resolve(STOPPED);
    return new Promise((resolve) => {
      const timeout = setTimeout(() => this.expire(job), this.options.timeoutMs).unref();
      const settle = (result: unknown): void => {
        clearTimeout(timeout);
        resolve(result);
      };
      const job: Job = { task, transfer, keepsAlive, settle };
      this.waiting.push(job);
      this.assign();
    });
  }

  /**
   * Posts a task before the call returns, also to a thread that does another one, and starts no thread for it.
   * @param prefers tells by the task of a thread whether that thread is the best one
   * @returns its result; rejects where the thread is lost. `undefined` where no thread is ready
   */
  submitBeside(task: object, prefers: (other: object) => boolean): Promise<unknown> | undefined {
    const ready = [...this.threads].filter(([{ isReady }]) => isReady);
    const [thread] =
      ready.find(([, job]) => job !== undefined && prefers(job.task)) ??
      ready.find(([, job]) => job === undefined) ??
      ready[0] ??
      [];
    return thread?.postBeside(task);
  }

  /** Ends the threads and the tasks under way. Resolves when the threads have ended; never rejects. Repeatable. */
  stop(): Promise<void> {
    this.stopped ??= this.endAll();
    return this.stopped;
  }

  private async endAll(): Promise<void> {
    const jobs = [...this.waiting, ...this.threads.values()];
    this.waiting = [];
    for (const thread of [...this.threads.keys()]) this.end(thread);
    for (const job of jobs) job?.settle(STOPPED);
    await Promise.all(this.ending);
  }

  /** Gives waiting jobs to threads, which it starts as needed. */
  private assign(): void {
    while (this.waiting.length > 0) {
      const thread = this.idle() ?? this.start();
      if (thread === undefined) break;
      const job = this.waiting.shift() as Job;
      this.threads.set(thread, job);
      try {
        thread.post(job.task, job.transfer, job.keepsAlive);
      } catch (error) {
        this.lose(thread, messageOf(error));
      }
    }
    if (this.threads.size > 0) return;
    const jobs = this.waiting;
    this.waiting = [];
    for (const { settle } of jobs) settle(failure('WORKER_UNAVAILABLE', this.attempts.lastTrouble ?? ''));
  }

  private idle(): Thread | undefined {
    for (const [thread, job] of this.threads) if (job === undefined) return thread;
    return undefined;
  }

  /** @returns a new thread, or `undefined` where there may be no more, or none can be made now */
  private start(): Thread | undefined {
    if (this.stopped !== undefined || this.threads.size >= this.options.threads || !this.attempts.areAllowed)
      return undefined;
    try {
      const thread: Thread = new Thread(this.options, {
        onReady: () => this.attempts.succeeded(),
        onResult: (result) => this.settle(thread, result),
        onFailure: (reason) => this.settle(thread, failure('WORKER_LOST', reason)),
        onEnd: (reason) => this.lose(thread, reason),
      });
      this.threads.set(thread, undefined);
      return thread;
    } catch (error) {
      this.attempts.failed(reasonOf(error));
      return undefined;
    }
  }

  private settle(thread: Thread, result: unknown): void {
    const job = this.threads.get(thread);
    this.threads.set(thread, undefined);
    job?.settle(result);
    this.assign();
  }

  private lose(thread: Thread, reason: string): void {
    const job = this.threads.get(thread);
    this.end(thread);
    if (!thread.isReady) this.attempts.failed(reason);
    job?.settle(
      thread.isReady
        ? failure('WORKER_LOST', reason)
        : failure('WORKER_UNAVAILABLE', this.attempts.lastTrouble ?? reason),
    );
    this.assign();
  }

  private expire(job: Job): void {
    const { timeoutMs } = this.options;
    this.waiting = this.waiting.filter((one) => one !== job);
    for (const [thread, current] of this.threads) {
      if (current !== job) continue;
      this.end(thread);
      if (!thread.isReady) this.attempts.failed(`it was not loaded within ${timeoutMs} ms`);
    }
    const message = `the task was not done within ${timeoutMs} ms, so its worker thread was ended`;
    job.settle(failure('WORKER_TIMEOUT', message));
    this.assign();
  }

  private end(thread: Thread): void {
    this.threads.delete(thread);
    const ended = thread.end();
    this.ending.add(ended);
    void ended.then(() => this.ending.delete(ended));
  }
}

const STOPPED = failure('WORKER_LOST', 'the worker threads have been stopped');

function failure(code: PoolFailure['code'], message: string): PoolFailure {
  return { ok: false, code, message };
}

/** What `new Worker` has thrown, with a hint at what to look at. */
function reasonOf(error: unknown): string {
  const hint = isRecord(error) ? HINTS[String(error['code'])] : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)} (${hint})`;
}

const HINTS: Readonly<Record<string, string>> = {
  ERR_WORKER_INIT_FAILED:
    'the limit on processes and threads may be reached: see ulimit -u, and pids.max of the cgroup',
  ERR_ACCESS_DENIED: "Node.js' permission model is on: start the process with --allow-worker",
};
