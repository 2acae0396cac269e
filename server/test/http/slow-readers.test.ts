/** Clients that stop reading, with real worker threads and real connections: others get their answers. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
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
/** Of one exposition: far more than the buffers of a connection. */
const SIZE = 24;

/** A server whose scrapes are rounds of their own, each with an exposition of {@link SIZE} MiB. */
async function serve(t: ExecutionContext, env: Readonly<Record<string, string>> = {}): Promise<Running> {
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
async function stopReading(t: ExecutionContext, { port }: Running, requests = 1): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  t.teardown(() => socket.destroy());
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(requests));
  await once(socket, 'readable');
  return socket;
}

async function lengthOf({ url }: Running): Promise<number> {
  let length = 0;
  for await (const chunk of await open(url, '/metrics')) length += (chunk as Buffer).length;
  return length;
}

test('clients that stop reading, and such that send a thousand requests first, hold up no other', async (t) => {
  const running = await serve(t);
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', note);
  t.teardown(() => process.off('warning', note));
  for (let i = 0; i < 12; i++) await stopReading(t, running, i % 2 === 0 ? 1 : 1000);
  for (let i = 0; i < 3; i++) t.true((await lengthOf(running)) > SIZE * MIB);
  // One for each connection, however many requests it has sent.
  t.is(running.asked.length, 15);
  t.deepEqual(warnings, []);
});

test('a client that stops reading loses its connection to the next one, if all connections are taken', async (t) => {
  const running = await serve(t, { PM2_METRICS_MAX_CONNECTIONS: '2' });
  const stopped = [await stopReading(t, running), await stopReading(t, running)];
  const closed = Promise.race(stopped.map((socket) => once(socket.resume(), 'close')));
  for (const socket of stopped) socket.pause();
  for (let refused = true; refused;) {
    refused = await lengthOf(running).then(
      (length) => length < SIZE * MIB,
      () => true,
    );
  }
  for (const socket of stopped) socket.resume();
  await closed;
  t.pass();
});
