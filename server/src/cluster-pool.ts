/** The metrics server's worker threads, and what it has them do. */
import { extname, join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { ClusterFailureCode, ClusterTask, ClusterTaskFailure, ClusterTaskResult } from '../protocol/tasks';
import type { RenderResult, RenderTask } from '../protocol/render';
import { endLoan, startLoan } from '../protocol/loan';
import { countReleased } from '../../core/pool/shared-memory';
import { WorkerPool, type PoolOptions } from '../../core/pool/worker-pool';
import type { Sink } from './renderings/rendering';

export type ClusterPoolOptions = Omit<PoolOptions, 'worker'>;

const WORKER = join(__dirname, '../workers', `worker${extname(__filename)}`);

/** A task that has failed; what went wrong is its message. */
export class TaskError extends Error {
  override readonly name = 'TaskError';

  constructor(
    readonly code: ClusterFailureCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Posts snapshots as they are. The form in which the exporter posts its own (`protocol/posted.ts`) pays where it stays the
 * same from one snapshot to the next. Here each answer is decoded into new objects: the form would be made anew in each
 * round, and read anew by a worker for each task.
 */
export class ClusterPool {
  private readonly pool: WorkerPool;

  constructor(options: ClusterPoolOptions) {
    this.pool = new WorkerPool({ ...options, worker: WORKER });
  }

  /** @throws TaskError */
  async run<T extends Exclude<ClusterTask, RenderTask>>(
    task: T,
  ): Promise<Exclude<ClusterTaskResult<T>, ClusterTaskFailure>> {
    const result = (await this.pool.submit(task)) as ClusterTaskResult<T>;
    if (!result.ok) throw new TaskError(result.code, result.message);
    return result as Exclude<ClusterTaskResult<T>, ClusterTaskFailure>;
  }

  /**
   * @param sink gets the chunks, and a {@link TaskError} if the rendering fails
   * @param onResult hears what was left out
   * @returns ends the loan of the chunks, and the rendering if it has not ended
   */
  render(
    task: Omit<RenderTask, 'kind' | 'port' | 'loan'>,
    sink: Sink,
    onResult: (result: RenderResult) => void,
  ): () => void {
    const { port1, port2 } = new MessageChannel();
    const loan = startLoan();
    let lent = 0;
    port1.on('message', (chunk: Uint8Array | null) => {
      lent += chunk?.length ?? 0;
      if (chunk === null) sink.complete();
      else sink.add(chunk);
    });
    void this.pool.submit({ kind: 'render', ...task, port: port2, loan }, { transfer: [port2] }).then((value) => {
      const result = value as ClusterTaskResult<RenderTask>;
      if (result.ok) onResult(result);
      else {
        // The other end may never have got to a thread.
        port1.close();
        sink.fail(new TaskError(result.code, result.message));
      }
    });
    return () => {
      endLoan(loan);
      port1.close();
      countReleased(lent);
    };
  }

  /** Ends the threads, and with them the tasks that are under way. */
  stop(): Promise<void> {
    return this.pool.stop();
  }
}
