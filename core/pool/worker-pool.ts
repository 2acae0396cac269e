/**
 * The base of both programs' worker pools. Its threads do not keep the process alive and cannot harm it: where a thread
 * crashes, hangs or runs out of memory, its task fails and the thread is replaced.
 */
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type * as piscina from 'piscina';
import { messageOf } from '../values';

export interface PoolOptions {
  readonly threads: number;
  /** Heap limit of one thread in MiB. */
  readonly maxMemoryMb: number;
  /** Deadline of a task in milliseconds. A task that takes longer is ended together with its thread. */
  readonly timeoutMs: number;
  /** Path of the module that the threads load. */
  readonly worker: string;
}

/** The result of a task for which the worker has returned none. */
export interface PoolFailure {
  readonly ok: false;
  readonly code: 'WORKER_LOST' | 'WORKER_TIMEOUT';
  readonly message: string;
}

/**
 * On Linux, where each thread has a priority, the main thread of the process has precedence over the pool when there is
 * more work than processors.
 */
const NICE_INCREMENT = process.platform === 'linux' ? 5 : 0;

export class WorkerPool {
  private readonly piscina: piscina.Piscina;
  private readonly timeoutMs: number;
  /** Set by `stop()`. */
  private ending: Promise<void> | undefined;

  constructor({ threads, maxMemoryMb, timeoutMs, worker }: PoolOptions) {
    this.timeoutMs = timeoutMs;
    // Loaded on demand: a process outside PM2 has no pool and must not pay for piscina.
    const { Piscina: Pool } = createRequire(__filename)('piscina') as typeof piscina;
    this.piscina = new Pool({
      filename: worker,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      // Idle threads must wait in their event loop, which serves the connection to PM2's daemon.
      atomics: 'disabled',
      recordTiming: false,
      niceIncrement: NICE_INCREMENT,
      resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb },
      // Modules that the process preloads, such as an OpenTelemetry SDK, are not meant for these threads.
      env: withoutNodeOptions(process.env),
      ...(extname(worker) === '.js' && { execArgv: [] }),
    });
    // A thread that dies without a task needs no handling: the next task gets a new thread.
    this.piscina.on('error', () => undefined);
    // A thread ended at its deadline may exit only after the pool was stopped, and then piscina replaces it: end the
    // replacement too. While the first destroy() is under way piscina lists no threads; a second destroy() at that
    // moment would make piscina replace the threads that are just ending.
    this.piscina.on('workerCreate', () => {
      if (this.ending !== undefined && this.piscina.threads.length > 0) void this.piscina.destroy();
    });
  }

  /** @returns what the worker returned, of which the caller knows the type, or a {@link PoolFailure}; never rejects */
  async submit(task: object, transfer: readonly MessagePort[] = []): Promise<unknown> {
    // A stopped piscina would start threads again.
    if (this.ending !== undefined)
      return { ok: false, code: 'WORKER_LOST', message: 'the worker threads have been stopped' };
    // An AbortSignal would double the cost of this method and leave its timer running.
    const signal = new EventEmitter();
    let timedOut = false;
    const timeout = setTimeout(() => {
      timedOut = true;
      signal.emit('abort');
    }, this.timeoutMs).unref();
    try {
      return (await this.piscina.run(task, { signal, transferList: [...transfer] })) as unknown;
    } catch (error) {
      return failure(error, timedOut, this.timeoutMs);
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Ends the threads and the tasks under way. Repeatable. */
  stop(): Promise<void> {
    this.ending ??= this.piscina.destroy();
    return this.ending;
  }
}

function failure(error: unknown, timedOut: boolean, timeoutMs: number): PoolFailure {
  if (timedOut)
    return {
      ok: false,
      code: 'WORKER_TIMEOUT',
      message: `the task was not done within ${timeoutMs} ms, so its worker thread was ended`,
    };
  return { ok: false, code: 'WORKER_LOST', message: messageOf(error) };
}

function withoutNodeOptions(env: NodeJS.ProcessEnv): Record<string, string> {
  const { NODE_OPTIONS: _left, ...rest } = env;
  return rest as Record<string, string>;
}
