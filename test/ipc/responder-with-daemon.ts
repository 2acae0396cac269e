/** A responder with a pool of real threads, and a socket that answers as PM2's daemon does. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Snapshot } from '../../core/snapshot';
import type { ReplyTask, Task, TaskResult } from '../../protocol/tasks';
import { Responder, type ResponderOptions } from '../../src/ipc/responder';
import { StateLog } from '../../core/state-log';
import { ExporterPool } from '../../src/pool/exporter-pool';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { counter, encode, point, series } from '../core/encoder/collections';
import { WORKER } from '../support/exporter-pool';
import { until } from '../support/until';
import { RpcServer, type Packet } from '../core/pm2/rpc-server';

export class CountingPool extends ExporterPool {
  readonly tasks: ReplyTask[] = [];
  /** Number of snapshots that tasks hold. */
  held = 0;

  /** @param fixture a worker in place of the real one */
  constructor(fixture?: string) {
    const worker = fixture === undefined ? WORKER : join(__dirname, '..', 'fixtures', 'workers', fixture);
    const hold = (): (() => void) => {
      this.held++;
      return () => {
        this.held--;
      };
    };
    super({ threads: 1, maxMemoryMb: 256, timeoutMs: 60_000, worker, hold });
  }

  override run<T extends Task>(task: T): Promise<TaskResult<T>> {
    if (task.kind === 'reply') this.tasks.push(task);
    return super.run(task);
  }
}

export interface ResponderWithDaemon {
  readonly server: RpcServer;
  readonly responder: Responder;
  readonly tasks: () => readonly ReplyTask[];
  /** Above debug level. */
  readonly log: readonly string[];
  readonly debug: readonly string[];
  /** Number of snapshots that tasks hold. */
  readonly held: () => number;
  snapshot(value: number): Promise<Snapshot>;
  /** Waits for so many packets and for the end of all tasks. */
  answers(count: number): Promise<readonly Packet[]>;
}

export async function startResponder(
  t: ExecutionContext,
  pool: CountingPool,
  refresh?: ResponderOptions['refresh'],
): Promise<ResponderWithDaemon> {
  const server = new RpcServer();
  await server.start();
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const all = series(3);
  const before = pool.tasks.length;
  const log: string[] = [];
  const debug: string[] = [];
  const take = (message: string): void => void log.push(message);
  const logger = { debug: (message: string) => void debug.push(message), info: take, warn: take, error: take };
  const responder = new Responder({
    pool,
    pmId: '0',
    daemon: server.address,
    logger,
    states: new StateLog(logger),
    ...(refresh && { refresh }),
  });
  t.teardown(async () => {
    responder.stop();
    await server.remove();
  });
  return {
    server,
    responder,
    tasks: () => pool.tasks.slice(before),
    log,
    debug,
    held: () => pool.held,
    snapshot(value) {
      const points = all.map((attributes) => point(attributes, value));
      return encode(encoder, counter('c', points));
    },
    async answers(count) {
      await until(`${count} answers`, () => (server.received.length >= count && pool.held === 0 ? true : undefined));
      return server.received;
    },
  };
}
