/** Clients that stop reading, with real worker threads and real connections. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { ClusterPool } from '../../src/cluster-pool';
import { ClusterSums } from '../../src/cluster-sums';
import { MetricsCluster } from '../../src/metrics-cluster';
import { StateLog } from '../../../core/state-log';
import { StateStore } from '../../src/state-store';
import { counter, point } from '../../../test/core/encoder/collections';
import { Process, round } from '../rounds-by-hand';
import { open, optionsOf, run, type Running } from './running-server';

const MIB = 1024 * 1024;
/** MiB of one exposition: far more than the buffers of a connection. */
const SIZE = 24;
/** Bytes that each exposition has at least. */
export const LEAST_BYTES = SIZE * MIB;

/** A server whose scrapes are rounds of their own, each with an exposition of {@link SIZE} MiB. */
export async function serve(t: ExecutionContext, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const pool = new ClusterPool({ threads: 1, maxMemoryMb: 1024, timeoutMs: 120_000 });
  t.teardown(() => pool.stop());
  const text = 'x'.repeat(MIB / 16);
  const series = Array.from({ length: 16 * SIZE }, (_, id) => point({ id, text }, id));
  const result = await round(new Process('shop', 0).answers(counter('orders', series)));
  let rounds = 0;
  const log = pino({ level: 'silent' });
  const store = new StateStore({ file: undefined, pool, log });
  const labels = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };
  const cluster = new MetricsCluster({
    rounds: { ask: () => Promise.resolve({ ...result, round: ++rounds }) },
    pool,
    sums: new ClusterSums({ pool, store, rules: [], maxEndedSeries: 1000, labels, known: () => [] }),
    states: new StateLog(log),
    asked: { self: -1, includes: () => true },
    own: { labels, monitor: false, since: 0, store },
  });
  return run(t, optionsOf(env), {
    scrape: (...scraped) => cluster.scrape(...scraped),
    dropSlowest: () => cluster.dropSlowest(),
  });
}

/** Resolves when its first bytes have come. It reads no further. */
export async function stopReading(t: ExecutionContext, { port }: Running, requests = 1): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  t.teardown(() => socket.destroy());
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(requests));
  await once(socket, 'readable');
  return socket;
}

export async function lengthOf({ url }: Running): Promise<number> {
  let length = 0;
  for await (const chunk of await open(url, '/metrics')) length += (chunk as Buffer).length;
  return length;
}
