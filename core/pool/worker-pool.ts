/**
 * The base of both programs' worker pools: threads that are no reason for the process to stay alive. What happens to them does not
 * happen to the process: a thread that crashes, hangs or runs out of memory is a failed task, and is replaced.
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
  /** A task that takes longer is ended together with its thread, in milliseconds. */
  readonly timeoutMs: number;
  /** Path of the module that the threads run. */
  readonly worker: string;
}

/** Why a task has no result of its own. */
export interface PoolFailure {
  readonly ok: false;
  readonly code: 'WORKER_LOST' | 'WORKER_TIMEOUT';
  readonly message: string;
}

/**
 * Where threads have priorities of their own, that is on Linux, the process's main thread comes first when there is
 * more to do than processors.
 */
const NICE = process.platform === 'linux' ? 5 : 0;

export class WorkerPool {
  private readonly piscina: piscina.Piscina;
  private readonly timeoutMs: number;
  /** Set once it has been stopped. */
  private ending: Promise<void> | undefined;

  constructor({ threads, maxMemoryMb, timeoutMs, worker }: PoolOptions) {
    this.timeoutMs = timeoutMs;
    // Loaded here and not above: a process that PM2 does not run has no pool.
    const { Piscina: Pool } = createRequire(__filename)('piscina') as typeof piscina;
    this.piscina = new Pool({
      filename: worker,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      // Idle threads wait in their event loop, where the connection to PM2's daemon is looked after.
      atomics: 'disabled',
      recordTiming: false,
      niceIncrement: NICE,
      resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb },
      // What the process preloads, such as an OpenTelemetry SDK of its own, is not meant for these threads.
      env: withoutNodeOptions(process.env),
      ...(extname(worker) === '.js' && { execArgv: [] }),
    });
    // A thread that dies while it has no task: the next task gets a new one.
    this.piscina.on('error', () => undefined);
    // A thread that was ended at its deadline may go only after the pool was stopped, and piscina replaces it. Threads
    // that are just being ended are none any more; to end them once more would have piscina replace them as well.
    this.piscina.on('workerCreate', () => {
      if (this.ending !== undefined && this.piscina.threads.length > 0) void this.piscina.destroy();
    });
  }

  /** @returns what the worker has answered, or why it has not; what that is, the caller knows of its worker */
  async submit(task: object, transfer: readonly MessagePort[] = []): Promise<unknown> {
    // Piscina would start threads anew.
    if (this.ending !== undefined) return { ok: false, code: 'WORKER_LOST', message: 'the pool has been stopped' };
    // An AbortSignal would cost as much as the rest of it, and leave its timer behind.
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

  /** Ends the threads, and with them the tasks that are under way. */
  stop(): Promise<void> {
    this.ending ??= this.piscina.destroy();
    return this.ending;
  }
}

function failure(error: unknown, timedOut: boolean, timeoutMs: number): PoolFailure {
  if (timedOut) return { ok: false, code: 'WORKER_TIMEOUT', message: `not done within ${timeoutMs} ms` };
  return { ok: false, code: 'WORKER_LOST', message: messageOf(error) };
}

function withoutNodeOptions(env: NodeJS.ProcessEnv): Record<string, string> {
  const { NODE_OPTIONS: _left, ...rest } = env;
  return rest as Record<string, string>;
}
