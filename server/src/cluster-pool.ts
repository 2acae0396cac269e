/** The metrics server's worker threads, and what it has them do. */
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type {
  ClusterFailureCode,
  ClusterTask,
  ClusterTaskFailure,
  ClusterTaskResult,
  RenderTask,
} from '../protocol/tasks';
import { startLoan } from '../protocol/loan';
import { WorkerPool, type PoolOptions } from '../../core/pool/worker-pool';
import { ChunkStream, Backlog } from './chunk-stream';
import type { ExpositionStream } from './view';

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
  private readonly backlog = new Backlog();

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
   * Resolves as soon as there is something to read, so that what fails before is an error and not half an answer.
   * @param onWarning hears what was left out
   * @throws TaskError
   */
  async render(
    task: Omit<RenderTask, 'kind' | 'port' | 'loan'>,
    onWarning: (warning: string) => void,
  ): Promise<ExpositionStream> {
    const { port1, port2 } = new MessageChannel();
    const loan = startLoan();
    const stream = new ChunkStream(port1, loan, this.backlog);
    const done = this.pool
      .submit({ kind: 'render', ...task, port: port2, loan }, [port2])
      .then((value) => value as ClusterTaskResult<RenderTask>);
    void done.then((result) => {
      if (result.ok) result.warnings.forEach(onWarning);
      else stream.destroy(new TaskError(result.code, result.message));
    });
    try {
      await once(stream, 'readable');
    } catch (error) {
      stream.release();
      throw error;
    }
    return stream;
  }

  /** Ends the threads, and with them the tasks that are under way. */
  stop(): Promise<void> {
    return this.pool.stop();
  }
}
