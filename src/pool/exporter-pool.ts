/** The exporter's worker threads: posts snapshots to them, and keeps each one unchanged while a task reads it. */
import { WorkerPool, type PoolOptions } from '../../core/pool/worker-pool';
import type { Snapshot } from '../../core/snapshot';
import { messageOf } from '../../core/values';
import type { PostedSnapshot } from '../../protocol/posted';
import type { LastTask, PostedTask, SnapshotTask, Task, TaskFailure, TaskResult } from '../../protocol/tasks';
import type { LoopBeat } from '../blocked/beat';
import type { Watch } from '../../protocol/watch';
import { PostedForm } from './posted';

export interface ExporterPoolOptions extends PoolOptions {
  /** Keeps the numbers of a snapshot from being overwritten until the returned function is called. */
  readonly hold: (snapshot: Snapshot) => () => void;
  /** What the threads watch. */
  readonly beat?: Pick<LoopBeat, 'watch' | 'noteKept'>;
}

export class ExporterPool {
  private readonly pool: WorkerPool;
  private readonly posted = new PostedForm();
  /** Lets the numbers of the last task be overwritten. */
  private release: (() => void) | undefined;
  private stopped = false;

  constructor(private readonly options: ExporterPoolOptions) {
    this.pool = new WorkerPool(options);
  }

  /** Why the last thread could not be started; `undefined` if it could. */
  get trouble(): string | undefined {
    return this.pool.trouble;
  }

  async run<T extends Task>(task: T): Promise<TaskResult<T>> {
    if (task.kind === 'hello')
      return (await this.pool.submit({ ...task, ...this.watch() }, { keepsAlive: false })) as TaskResult<T>;
    const release = this.options.hold(task.snapshot);
    this.options.beat?.noteKept(task.snapshot.generation);
    try {
      return (await this.post(task)) as TaskResult<T>;
    } finally {
      this.keep(task.snapshot, release);
    }
  }

  /** Holds the snapshot of the last task: the thread that watches sends it if the main thread does not turn any more. */
  private keep({ generation }: Snapshot, release: () => void): void {
    const { beat } = this.options;
    this.release?.();
    this.release = undefined;
    if (beat === undefined || this.stopped) {
      release();
      return;
    }
    this.release = release;
    beat.noteKept(generation);
  }

  private watch(): { readonly watch?: Watch } {
    const { beat } = this.options;
    return beat === undefined ? {} : { watch: beat.watch() };
  }

  /**
   * Posts the task before the call returns, also to a thread that does another one: to the one that answers requests, if
   * there is one, so that no asker is sent two messages at a time.
   * @returns its result; `undefined` where no thread is ready
   */
  runBeside(task: LastTask): Promise<TaskResult<LastTask>> | undefined {
    const posted: PostedTask = { ...task, snapshot: this.posted.ofNow(task.snapshot) };
    const result = this.pool.submitBeside(posted, (other) => (other as PostedTask).kind === 'reply');
    if (result === undefined) return undefined;
    const release = this.options.hold(task.snapshot);
    const failed = (error: unknown): TaskFailure => ({ ok: false, code: 'WORKER_LOST', message: messageOf(error) });
    return result.catch(failed).finally(release) as Promise<TaskResult<LastTask>>;
  }

  /** Ends the threads, and with them the tasks under way. Nothing is kept from then on: the encoder may live longer. */
  async stop(): Promise<void> {
    this.stopped = true;
    try {
      await this.pool.stop();
    } finally {
      this.release?.();
      this.release = undefined;
    }
  }

  private async post(task: SnapshotTask): Promise<TaskResult> {
    let snapshot: PostedSnapshot;
    try {
      snapshot = await this.posted.of(task.snapshot);
    } catch (error) {
      return { ok: false, code: 'INTERNAL', message: `the snapshot cannot be posted: ${messageOf(error)}` };
    }
    const posted: PostedTask = { ...task, snapshot, ...this.watch() };
    return (await this.pool.submit(posted)) as TaskResult;
  }
}
