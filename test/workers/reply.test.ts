import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Snapshot } from '../../core/snapshot';
import type { Recipient } from '../../protocol/recipients';
import type { ReplyForm, ReplyTask } from '../../protocol/tasks';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { PageCache } from '../../workers/page-cache';
import { Daemons } from '../../workers/daemons';
import { Outbox } from '../../workers/outbox';
import { Replier, snapshotKey } from '../../workers/reply';
import { decodeSnapshot } from '../../core/wire/decode';
import { counter, encode, point, read } from '../core/encoder/collections';
import { RpcServer, type Packet } from '../core/pm2/rpc-server';

interface Bench {
  readonly server: RpcServer;
  readonly replier: Replier;
  snapshot(value: number): Promise<Snapshot>;
  task(snapshot: Snapshot, recipients: readonly Recipient[], form?: ReplyForm): ReplyTask;
}

async function setUp(t: ExecutionContext, timeoutMs = 30_000): Promise<Bench> {
  const server = new RpcServer();
  await server.start();
  t.teardown(() => server.remove());
  const pages = new PageCache();
  const daemons = new Daemons();
  const replier = new Replier(pages, new Outbox(daemons));
  // In a worker thread it lives as long as the thread.
  t.teardown(() => daemons.close());
  const encoder = new SnapshotEncoder({ maxSeries: 10 });
  const attributes = { a: 1 };
  return {
    server,
    replier,
    async snapshot(value) {
      const snapshot = await encode(encoder, counter('c', [point(attributes, value)]));
      pages.use(snapshot);
      return snapshot;
    },
    task: (snapshot, recipients, form = { kind: 'plain' }) => ({
      kind: 'reply',
      snapshot,
      form,
      recipients,
      from: '0',
      daemon: server.address,
      timeoutMs,
      served: new Int32Array(new SharedArrayBuffer(4)),
    }),
  };
}

const texts = (packets: readonly Packet[]): string[] => packets.map(({ data }) => JSON.stringify(data));

test('the id of a request comes back as it was, and nothing where there was none', async (t) => {
  const { server, replier, snapshot, task } = await setUp(t);
  const ids = ['"},"id":5', 'é\n\u2028', '', 0, -1.5, undefined];
  const recipients = ids.map((request) => (request === undefined ? { pmId: 3 } : { pmId: 3, request }));
  t.like(await replier.reply(task(await snapshot(1), recipients)), { ok: true, undelivered: [] });
  t.deepEqual(
    server.received.map(({ request }) => request),
    ids,
  );
  t.true(server.received.every(({ id }) => id === 3));
  t.false('request' in (server.received[5] as Packet));
});

test('a form of a snapshot is rendered once, however often it is asked for', async (t) => {
  const { server, replier, snapshot, task } = await setUp(t);
  const first = await snapshot(1);
  const compact: ReplyForm = { kind: 'snapshot', have: [] };
  await replier.reply(task(first, [{ pmId: 1 }]));
  // Snapshots do not change like this. Here it shows that the numbers are not read again.
  first.values.fill(7);
  await replier.reply(task(first, [{ pmId: 2 }, { pmId: 3 }]));
  await replier.reply(task(first, [{ pmId: 4 }], compact));
  await replier.reply(task(await snapshot(2), [{ pmId: 5 }]));
  const [one, two, three, four, five] = texts(server.received);
  t.is(one, two);
  t.is(one, three);
  const decoded = decodeSnapshot((JSON.parse(four as string) as { payload: string }).payload);
  t.is(read(decoded).get('{"a":1}')?.[1], 7);
  t.regex(one as string, /"value":1\}/);
  t.regex(five as string, /"value":2\}/);
});

test('a rendering is not kept once its snapshot is not the last any more', async (t) => {
  const { server, replier, snapshot, task } = await setUp(t);
  const first = await snapshot(1);
  await replier.reply(task(first, [{ pmId: 1 }]));
  replier.keepOnly(snapshotKey(first));
  first.values[1] = 8;
  await replier.reply(task(first, [{ pmId: 2 }]));
  replier.keepOnly(snapshotKey(await snapshot(2)));
  await replier.reply(task(first, [{ pmId: 3 }]));
  t.deepEqual(
    texts(server.received).map((text) => /"value":(\d)\}/.exec(text)?.[1]),
    ['1', '1', '8'],
  );
});

test('a token comes back beside the id, or alone', async (t) => {
  const { server, replier, snapshot, task } = await setUp(t);
  const recipients = [{ pmId: 3, request: 'r', token: 'a"b' }, { pmId: 3, token: '' }, { pmId: 3 }];
  await replier.reply(task(await snapshot(1), recipients));
  t.deepEqual(
    server.received.map(({ request, token }) => [request, token]),
    [
      ['r', 'a"b'],
      [undefined, ''],
      [undefined, undefined],
    ],
  );
});

test('the compact form names its version, incarnation and generation beside the payload', async (t) => {
  const { server, replier, snapshot, task } = await setUp(t);
  await snapshot(1);
  const second = await snapshot(2);
  await replier.reply(task(second, [{ pmId: 1 }], { kind: 'snapshot', have: [[0, 0]] }));
  const { payload, ...rest } = server.received[0]?.data as { payload: string };
  t.deepEqual(rest, {
    v: 2,
    form: 'snapshot',
    incarnation: second.incarnation,
    generation: 2,
    pid: process.pid,
  } as never);
  t.throws(() => decodeSnapshot(payload), { code: 'MISSING_PAGES' });
});

test('recipients are counted as served, whether or not the daemon has taken their answer', async (t) => {
  const { server, replier, snapshot, task } = await setUp(t);
  server.behaviour = ({ id }) => (id === 2 ? new Error('offline') : 'done');
  const work = task(
    await snapshot(1),
    [1, 2, 3].map((pmId) => ({ pmId })),
  );
  const undelivered = [{ pmId: 2, message: 'offline', refused: true }];
  t.like(await replier.reply(work), { ok: true, undelivered });
  t.is(work.served[0], 3);
});

test('each answer is sent when the daemon has taken the one before, and none after a refusal', async (t) => {
  const { server, replier, snapshot, task } = await setUp(t);
  let untaken = 0;
  const seen: number[] = [];
  server.behaviour = async (_packet, nth) => {
    seen.push(++untaken);
    await sleep(20);
    untaken--;
    return nth === 4 ? new Error('offline') : 'done';
  };
  const work = task(
    await snapshot(1),
    [1, 1, 1, 1, 1, 1].map((pmId, request) => ({ pmId, request })),
  );
  const answer = await replier.reply(work);
  t.deepEqual(seen, [1, 1, 1, 1]);
  t.deepEqual(answer.ok && answer.kind === 'reply' && answer.undelivered.map(({ refused }) => refused), [
    true,
    false,
    false,
  ]);
});

test('a daemon that never answers is a failure as data, and the other recipients are not tried', async (t) => {
  const { server, replier, snapshot, task } = await setUp(t, 2000);
  server.behaviour = ({ id }) => (id === 2 ? undefined : 'done');
  const work = task(
    await snapshot(1),
    [1, 2, 3].map((pmId) => ({ pmId })),
  );
  t.like(await replier.reply(work), { ok: false, code: 'DAEMON_UNREACHABLE' });
  t.deepEqual(
    server.received.map(({ id }) => id),
    [1, 2],
  );
  t.is(work.served[0], 2);
});
