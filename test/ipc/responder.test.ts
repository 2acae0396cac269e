/** Requests answered by real worker threads, over a socket that answers as PM2's daemon does. */
import test from 'ava';
import type { MetricsRequest } from '../../src/ipc/request';
import { decodeSnapshot } from '../../core/wire/decode';
import { pageIds, read } from '../core/encoder/collections';
import { until } from '../support/until';
import type { Packet } from '../core/pm2/rpc-server';
import { CountingPool, startResponder } from './responder-with-daemon';

const pool = new CountingPool();
test.after.always(() => pool.stop());

function request(pmId: number, form: MetricsRequest['form'] = { kind: 'plain' }, id?: number): MetricsRequest {
  return { recipient: id === undefined ? { pmId } : { pmId, request: id }, form };
}

/** The value of the first series in an answer. */
function valueOf({ data }: Packet): unknown {
  const { scopeMetrics } = data as { scopeMetrics: { metrics: { dataPoints: { value: number }[] }[] }[] };
  return scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.value;
}

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

test.serial(
  'a burst of 100 requests before the first snapshot gets 100 answers from it, by as few tasks as possible',
  async (t) => {
    const { responder, snapshot, answers, tasks, log } = await startResponder(t, pool);
    for (const id of numbers(100)) responder.ask(request(id % 3, undefined, id));
    responder.update(await snapshot(5));
    const received = await answers(100);
    t.deepEqual(
      received.map(({ request: id }) => id),
      numbers(100),
    );
    t.true(
      received.every(
        ({ id, request: asked, topic, from }) => id === Number(asked) % 3 && topic === 'returnMetrics' && from === '0',
      ),
    );
    t.true(received.every((packet) => valueOf(packet) === 5));
    t.is(tasks().length, Math.ceil(100 / 16));
    t.deepEqual(log, []);
  },
);

test.serial('requests for different forms are answered by one task per form, from the latest snapshot', async (t) => {
  const { responder, snapshot, answers, tasks } = await startResponder(t, pool);
  responder.update(await snapshot(1));
  const latest = await snapshot(2);
  const pages = pageIds(latest).map((id) => [id, id] as const);
  const compact = (incarnation: string, have: typeof pages) => ({ kind: 'snapshot', incarnation, have }) as const;
  responder.ask(request(1));
  responder.ask(request(2, compact(latest.incarnation, pages)));
  responder.ask(request(3));
  responder.ask(request(4, compact('another', pages)));
  responder.ask(request(5, compact(latest.incarnation, pages)));
  responder.update(latest);
  const received = await answers(5);
  t.deepEqual(
    tasks().map(({ recipients }) => recipients.map(({ pmId }) => pmId)),
    [[1, 3], [2, 5], [4]],
  );
  t.is(valueOf(received[0] as Packet), 2);
  const payload = (at: number) => (received[at]?.data as { payload: string }).payload;
  t.is(payload(2), payload(3));
  t.throws(() => decodeSnapshot(payload(2)), { code: 'MISSING_PAGES' });
  // An asker with pages of another incarnation has none of these.
  t.is(read(decodeSnapshot(payload(4))).size, 3);
});

test.serial('requests that have waited for too long, and those above the limit, are dropped', async (t) => {
  const { responder, snapshot, answers, log } = await startResponder(t, pool);
  const { now } = performance;
  t.teardown(() => (performance.now = now));
  responder.ask(request(0, undefined, -1));
  performance.now = () => now.call(performance) + 31_000;
  for (const id of numbers(1001)) responder.ask(request(0, undefined, id));
  responder.update(await snapshot(1));
  const received = await answers(1000);
  t.deepEqual(
    received.map(({ request: id }) => id),
    numbers(1000, 1),
  );
  t.is(log.length, 1);
  t.regex(log[0] ?? '', /^More than 1000 requests .* the oldest are dropped, .* Ask less often$/);
});

test.serial('requests are lost while the daemon is gone, and later ones are answered', async (t) => {
  const { server, responder, snapshot, answers, log, debug, held } = await startResponder(t, pool);
  responder.update(await snapshot(1));
  responder.ask(request(1));
  await answers(1);
  server.behaviour = () => undefined;
  for (const id of [2, 3, 4]) responder.ask(request(id));
  await answers(1);
  await until('the call', () => server.received[1]);
  await server.stop();
  await until('the failure', () => (held() === 0 ? true : undefined));
  t.deepEqual(log, []);
  t.regex(debug.join('\n'), /^3 request\(s\) for metrics could not be answered: .* broke$/);

  server.behaviour = () => 'done';
  await server.start();
  responder.ask(request(5));
  t.deepEqual(
    (await answers(3)).map(({ id }) => id),
    [1, 2, 5],
  );
});

test.serial('an asker that the daemon does not know costs no other asker its answer', async (t) => {
  const { server, responder, snapshot, answers, log, debug } = await startResponder(t, pool);
  server.behaviour = ({ id }) => (id === 1 ? new Error('Process with ID 1 unknown.') : 'done');
  for (const id of [0, 1, 2]) responder.ask(request(id));
  responder.update(await snapshot(1));
  t.is((await answers(3)).length, 3);
  t.deepEqual(log, []);
  t.deepEqual(debug, ['The answer to the process with pm_id 1 was not delivered: Process with ID 1 unknown.']);
});

test.serial('when a thread is lost amid its answers another one gives the rest, and no asker gets two', async (t) => {
  const lossy = new CountingPool('lost-while-replying.js');
  t.teardown(() => lossy.stop());
  const { responder, snapshot, answers, tasks, debug, log } = await startResponder(t, lossy);
  for (const id of numbers(16)) responder.ask(request(id));
  responder.update(await snapshot(1));
  // The recipient that was being answered at that moment may get no answer.
  const received = (await answers(15)).map(({ id }) => id);
  t.deepEqual([...new Set(received)], received);
  t.deepEqual(
    received.filter((id) => id !== 4),
    numbers(16).filter((id) => id !== 4),
  );
  t.is(tasks().length, 2);
  t.deepEqual(log, []);
  t.regex(debug.join('\n'), /^A worker thread was lost while it answered requests \(.*\): another one goes on$/);
});

test.serial('after the stop nothing is heard, answered or logged', async (t) => {
  const { server, responder, snapshot, answers, held, log, debug } = await startResponder(t, pool);
  responder.update(await snapshot(1));
  server.behaviour = () => undefined;
  for (const id of numbers(20)) responder.ask(request(id));
  await until('the first call', () => server.received[0]);
  responder.stop();
  responder.stop();
  responder.ask(request(99));
  await server.stop();
  await until('the end of the task', () => (held() === 0 ? true : undefined));
  t.is((await answers(1)).length, 1);
  t.deepEqual([...log, ...debug], []);
});
