/**
 * One worker thread of a pool, from its start to its end: does one task at a time.
 *
 * It is a piscina for a single thread that keeps no minimum of threads. Such a piscina makes its thread while `run()` is
 * called and at no other time. With a minimum, piscina replaces a thread in an event handler of that thread; where the new
 * one cannot be made (such as at a limit on processes), that is an uncaught exception of the process.
 */
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { MessagePort } from 'node:worker_threads';
import type * as piscina from 'piscina';
import { messageOf } from '../values';
import { withClosedOutputs } from './closed-outputs';
import { WARM_UP } from './worker-function';

export interface ThreadOptions {
  /** Path of the module that the thread loads. It exports a function that does a task, see `worker-function.ts`. */
  readonly worker: string;
  /** Heap limit in MiB. */
  readonly maxMemoryMb: number;
}

/** What the owner of a thread hears of it. After `onEnd`, which is called once, it hears nothing more. */
export interface ThreadEvents {
  /** The thread has loaded its module. */
  onReady(): void;
  onResult(result: unknown): void;
  /** The task has failed, and the thread goes on: the task could not be posted, or has thrown. */
  onFailure(reason: string): void;
  /** It has ended or is unusable, although its owner has not ended it. */
  onEnd(reason: string): void;
}

/**
 * On Linux, where each thread has a priority, the main thread of the process has precedence over the pool when there is
 * more work than processors.
 */
const NICE_INCREMENT = process.platform === 'linux' ? 5 : 0;

/** A process that ends posts one task per signal, and one when it exits. Further ones wait until the event loop turns. */
const MOST_BESIDE = 16;

const HAS_ENDED = 'the worker thread has ended';

export class Thread {
  private readonly piscina: piscina.Piscina;
  private port: MessagePort | undefined;
  /** Whether the process stays alive until the task under way has ended. */
  private keepsAlive = true;
  private ready = false;
  private ended = false;
  /**
   * Posts the first task once the thread has loaded its module. A thread that a task ends before would look like one whose
   * module does not load.
   */
  private postFirst: (() => void) | undefined;

  /** @throws whatever `new Worker` throws: a limit on processes is reached, the permission model forbids it, and others */
  constructor(
    { worker, maxMemoryMb }: ThreadOptions,
    private readonly events: ThreadEvents,
  ) {
    // Loaded on demand: a process outside PM2 has no pool and must not pay for piscina.
    const { Piscina: Pool } = createRequire(__filename)('piscina') as typeof piscina;
    this.piscina = new Pool({
      filename: worker,
      minThreads: 0,
      maxThreads: 1,
      // The one task that is posted at a time, and those beside it: see `postBeside`.
      concurrentTasksPerWorker: 1 + MOST_BESIDE,
      idleTimeout: Number.POSITIVE_INFINITY,
      // An idle thread must wait in its event loop, which serves the connection to PM2's daemon.
      atomics: 'disabled',
      recordTiming: false,
      niceIncrement: NICE_INCREMENT,
      resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb },
      // Modules that the process preloads, such as an OpenTelemetry SDK, are not meant for these threads.
      env: withoutNodeOptions(process.env),
      ...(extname(worker) === '.js' && { execArgv: [] }),
    });
    // The end of a thread without a task: it failed to load its module, or crashed.
    this.piscina.on('error', (error) => this.lose(messageOf(error)));
    // The end of a thread that exited by itself. If it had a task, the failure of that task comes first and says more.
    this.piscina.on('workerDestroy', () => setImmediate(() => this.lose(HAS_ENDED)).unref());
    this.piscina.on('workerCreate', (worker: object) => {
      // piscina waits for ever for a result that cannot be read here, such as one that nests too deep.
      this.port = resultPortOf(worker);
      this.port?.on('messageerror', (error) => this.lose(`the result cannot be read: ${messageOf(error)}`));
    });
    withClosedOutputs(() => this.piscina.run(WARM_UP)).then(
      () => this.noteReady(),
      (error: unknown) => this.lose(messageOf(error)),
    );
  }

  /** Whether it has loaded its module. */
  get isReady(): boolean {
    return this.ready;
  }

  /**
   * To be called after the end of the task before.
   * @param keepsAlive whether the process stays alive until the task has ended
   * @throws Error if the thread has just ended
   */
  post(task: object, transfer: readonly MessagePort[], keepsAlive: boolean): void {
    // piscina would make another thread.
    if (this.piscina.threads.length === 0) throw new Error(HAS_ENDED);
    this.keepsAlive = keepsAlive;
    const run = (): void => {
      this.piscina.run(task, { transferList: [...transfer] }).then(
        (result: unknown) => {
          if (!this.ended) this.events.onResult(result);
        },
        (error: unknown) => this.fail(messageOf(error)),
      );
      this.letProcessEnd();
    };
    if (this.ready) run();
    else this.postFirst = run;
  }

  /** piscina keeps the process alive from when it passes a task to the thread, which is not before the thread is ready. */
  private letProcessEnd(): void {
    if (!this.keepsAlive) this.port?.unref();
  }

  /**
   * Posts a task before the call returns, also while another one is under way. No event tells of its end.
   * @returns its result; rejects where there is none
   */
  async postBeside(task: object): Promise<unknown> {
    if (this.piscina.threads.length === 0) throw new Error(HAS_ENDED);
    return this.piscina.run(task);
  }

  /** Ends it, whatever it is doing. Resolves when it has ended; never rejects. Repeatable. */
  async end(): Promise<void> {
    this.ended = true;
    await this.piscina.destroy().catch(() => undefined);
  }

  private noteReady(): void {
    if (this.ended) return;
    this.letProcessEnd();
    this.ready = true;
    this.events.onReady();
    const post = this.postFirst;
    this.postFirst = undefined;
    if (post === undefined) return;
    if (this.piscina.threads.length === 0) this.lose(HAS_ENDED);
    else post();
  }

  private fail(reason: string): void {
    if (this.piscina.threads.length === 0) this.lose(reason);
    else if (!this.ended) this.events.onFailure(reason);
  }

  private lose(reason: string): void {
    if (this.ended) return;
    void this.end();
    this.events.onEnd(reason);
  }
}

/** The port through which piscina gets results of a thread. It is no part of its interface. */
function resultPortOf(worker: object): MessagePort | undefined {
  for (const key of Object.getOwnPropertySymbols(worker)) {
    const { port } = Object(Reflect.get(worker, key)) as { readonly port?: unknown };
    if (port instanceof MessagePort) return port;
  }
  return undefined;
}

function withoutNodeOptions(env: NodeJS.ProcessEnv): Record<string, string> {
  const { NODE_OPTIONS: _left, ...rest } = env;
  return rest as Record<string, string>;
}
