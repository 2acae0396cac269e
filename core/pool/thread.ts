/** One worker thread of a pool, from its start to its end: does one task at a time. */
import { extname } from 'node:path';
import { Worker, type MessagePort } from 'node:worker_threads';
import { messageOf } from '../values';
import { READY } from './serve';

export interface ThreadOptions {
  /** Path of the module that the thread loads, which calls `serve()`. */
  readonly worker: string;
  /** Heap limit in MiB. */
  readonly maxMemoryMb: number;
}

/** What the owner of a thread hears of it. After `onEnd`, which is called once, it hears nothing more. */
export interface ThreadEvents {
  onReady(): void;
  onResult(result: unknown): void;
  /** It has ended or is unusable, although its owner has not ended it. */
  onEnd(reason: string): void;
}

export class Thread {
  private readonly worker: Worker;
  private ready = false;
  private ended = false;

  /** @throws whatever `new Worker` throws: a limit on processes is reached, the permission model forbids it, and others */
  constructor(
    { worker, maxMemoryMb }: ThreadOptions,
    private readonly events: ThreadEvents,
  ) {
    this.worker = new Worker(worker, {
      resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb },
      // Modules that the process preloads, such as an OpenTelemetry SDK, are not meant for these threads.
      env: withoutNodeOptions(process.env),
      ...(extname(worker) === '.js' && { execArgv: [] }),
    });
    this.worker.on('message', (message: unknown) => this.take(message));
    this.worker.on('messageerror', (error) => this.lose(messageOf(error)));
    this.worker.on('error', (error) => this.lose(messageOf(error)));
    this.worker.on('exit', (code) => this.lose(`worker exited with code: ${code}`));
    // A thread that has nothing to do must not keep the process alive.
    this.worker.unref();
  }

  /** Whether it has loaded its module. */
  get isReady(): boolean {
    return this.ready;
  }

  /** @throws DataCloneError where the task cannot be posted */
  post(task: object, transfer: readonly MessagePort[]): void {
    this.worker.postMessage(task, [...transfer]);
    this.worker.ref();
  }

  /** Ends it, whatever it is doing. Resolves when it has ended; never rejects. Repeatable. */
  async end(): Promise<void> {
    this.ended = true;
    await this.worker.terminate().catch(() => undefined);
  }

  private take(message: unknown): void {
    if (this.ended) return;
    if (message === READY) {
      this.ready = true;
      this.events.onReady();
    } else {
      this.worker.unref();
      this.events.onResult(message);
    }
  }

  private lose(reason: string): void {
    if (this.ended) return;
    void this.end();
    this.events.onEnd(reason);
  }
}

function withoutNodeOptions(env: NodeJS.ProcessEnv): Record<string, string> {
  const { NODE_OPTIONS: _left, ...rest } = env;
  return rest as Record<string, string>;
}
