/** A responder with a pool of real threads, and a socket that speaks as PM2's daemon. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Snapshot } from '../../protocol/snapshot';
import type { ReplyTask, Task, TaskResult } from '../../protocol/tasks';
import { Responder } from '../../src/ipc/responder';
import { WorkerPool } from '../../src/pool/worker-pool';
import { SnapshotEncoder } from '../../src/snapshot/encoder';
import { counter, encode, point, series } from '../snapshot/build';
import { until } from '../support/until';
import { RpcServer, type Packet } from '../workers/pm2/rpc-server';

export class CountingPool extends WorkerPool {
  readonly tasks: ReplyTask[] = [];

  /** @param worker a fixture in place of the real one */
  constructor(worker?: string) {
    const path = worker === undefined ? {} : { worker: join(__dirname, '..', 'fixtures', 'workers', worker) };
    super({ threads: 1, maxMemoryMb: 256, timeoutMs: 60_000, ...path });
  }

  override run<T extends Task>(task: T): Promise<TaskResult<T>> {
    if (task.kind === 'reply') this.tasks.push(task);
    return super.run(task);
  }
}

class CountingEncoder extends SnapshotEncoder {
  held = 0;

  override hold(snapshot: Snapshot): () => void {
    const release = super.hold(snapshot);
    this.held++;
    return () => {
      this.held--;
      release();
    };
  }
}

export interface Bench {
  readonly server: RpcServer;
  readonly responder: Responder;
  readonly tasks: () => readonly ReplyTask[];
  /** Above debug level. */
  readonly log: readonly string[];
  readonly debug: readonly string[];
  /** How many snapshots are being kept from being overwritten. */
  readonly held: () => number;
  snapshot(value: number): Promise<Snapshot>;
  /** Waits for so many packets, and until nothing is under way any more. */
  answers(count: number): Promise<readonly Packet[]>;
}

export async function setUp(t: ExecutionContext, pool: CountingPool): Promise<Bench> {
  const server = new RpcServer();
  await server.start();
  const encoder = new CountingEncoder({ maxSeries: 1000 });
  const all = series(3);
  const before = pool.tasks.length;
  const log: string[] = [];
  const debug: string[] = [];
  const take = (message: string): void => void log.push(message);
  const logger = { debug: (message: string) => void debug.push(message), info: take, warn: take, error: take };
  const responder = new Responder({
    pool,
    encoder,
    pmId: '0',
    daemon: server.address,
    logger,
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
    held: () => encoder.held,
    snapshot(value) {
      const points = all.map((attributes) => point(attributes, value));
      return encode(encoder, counter('c', points));
    },
    async answers(count) {
      await until(`${count} answers`, () => (server.received.length >= count && encoder.held === 0 ? true : undefined));
      return server.received;
    },
  };
}
