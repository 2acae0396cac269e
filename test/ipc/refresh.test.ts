/** Requests that have a collection made for them, in both forms. */
import test from 'ava';
import type { MetricsRequest } from '../../src/ipc/request';
import { decodeSnapshot } from '../../core/wire/decode';
import { read } from '../core/encoder/collections';
import type { Packet } from '../core/pm2/rpc-server';
import { CountingPool, startResponder, type ResponderWithDaemon } from './responder-with-daemon';

const pool = new CountingPool();
test.after.always(() => pool.stop());

const plain = (pmId: number): MetricsRequest => ({
  recipient: { pmId, pid: process.pid },
  form: { kind: 'plain' },
});
const compact = (pmId: number): MetricsRequest => ({
  recipient: { pmId, pid: process.pid },
  form: { kind: 'snapshot', incarnation: undefined, have: [] },
});

/** The value of the first series in an answer of any form. */
function valueOf({ data }: Packet): unknown {
  const { payload, scopeMetrics } = data as {
    payload?: string;
    scopeMetrics: { metrics: { dataPoints: { value: number }[] }[] }[];
  };
  if (payload === undefined) return scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.value;
  return [...read(decodeSnapshot(payload)).values()][0];
}

test.serial('requests are answered from the collection that is made for them, in both forms', async (t) => {
  let value = 1;
  let collections = 0;
  let latest = -Infinity;
  const bench: ResponderWithDaemon = await startResponder(t, pool, (since) => {
    if (latest >= since) return undefined;
    collections++;
    latest = performance.now();
    return bench.snapshot(++value).then((snapshot) => bench.responder.update(snapshot));
  });
  bench.responder.update(await bench.snapshot(value));
  bench.responder.ask(plain(1));
  bench.responder.ask(compact(2));
  bench.responder.ask(plain(3));
  const received = await bench.answers(3);
  t.deepEqual(
    received.map(({ id }) => id),
    [1, 3, 2],
  );
  t.is(collections, 1, 'requests that came together share a collection');
  for (const packet of received) t.is(JSON.stringify(valueOf(packet)).includes('2'), true);
  bench.responder.ask(plain(4));
  t.is(valueOf((await bench.answers(4))[3] as Packet), 3);
  t.is(collections, 2);
});

test.serial('a collection that hangs or fails costs no request its answer', async (t) => {
  const refreshes = [() => new Promise<void>(() => undefined), () => Promise.resolve(), () => undefined];
  for (const refresh of refreshes) {
    const { responder, snapshot, answers, log } = await startResponder(t, pool, refresh);
    responder.update(await snapshot(7));
    responder.ask(plain(1));
    t.is(valueOf((await answers(1))[0] as Packet), 7);
    t.deepEqual(log, []);
  }
});
