/** Which metrics servers get the last numbers of a process, and what does not change about its end. All kinds of ends: `test/e2e/`. */
import { spawnSync, type ChildProcess } from 'node:child_process';
import test from 'ava';
import { decodeSnapshot } from '../../core/wire/decode';
import { read } from '../core/encoder/collections';
import { RpcServer, type Packet } from '../core/pm2/rpc-server';
import { endingProcess, request, type App } from './ending-process';

const valueOf = ({ data }: Packet): number | undefined =>
  [...read(decodeSnapshot((data as { payload: string }).payload)).values()][0]?.[1];

const countAndExit = ({ count }: App): never => {
  for (let i = 0; i < 600; i++) count(1);
  process.exit(7);
};

/** A process that has ended. */
const { pid: GONE } = spawnSync('true');

test('each metrics server that has given a token gets the last numbers, with its own token', async (t) => {
  const requests = [
    request(5),
    request(6, { token: 'other' }),
    request(7, { token: undefined }),
    request(8, { data: null }),
    request(9, { pid: undefined }),
  ];
  const { ended, last } = await endingProcess(t, countAndExit, { requests });
  t.like(ended, { code: 7, output: '' });
  const expected = [
    { id: 5, from: '0', token: 'token 5' },
    { id: 6, from: '0', token: 'other' },
  ];
  const sorted = [...last].sort((a, b) => a.id - b.id);
  t.deepEqual(
    sorted.map(({ id, from, token }) => ({ id, from, token })),
    expected as never,
  );
  for (const packet of last) t.is(valueOf(packet), 601);
});

test('nothing is sent to a server that has ended, or that has all numbers', async (t) => {
  const gone = await endingProcess(t, countAndExit, {
    requests: [request(5), request(6)],
    onAnswered: (child) => child.send(request(6, { pid: GONE })),
  });
  t.deepEqual(
    gone.last.map(({ id }) => id),
    [5],
  );
  // Once the process knows that its answer has arrived.
  const exitLater = (): void => void setTimeout(() => process.exit(3), 2000);
  const same = await endingProcess(t, exitLater, { requests: [request(5)] });
  t.like(same.ended, { code: 3, output: '' });
  t.deepEqual(same.last, []);
});

test('the payload leaves out the pages that the server has of this incarnation', async (t) => {
  const have = [[0, 1000]];
  const server = new RpcServer();
  const onAnswered = (child: ChildProcess): void => {
    const { incarnation } = (server.received[0] as Packet).data as { incarnation: string };
    child.send(request(5, { data: { v: 2, form: 'snapshot', incarnation, have } }));
    child.send(request(6, { data: { v: 2, form: 'snapshot', incarnation: 'another', have } }));
  };
  const { last } = await endingProcess(t, countAndExit, { requests: [request(5), request(6)], server, onAnswered });
  const [without, whole] = [...last].sort((some, other) => some.id - other.id) as [Packet, Packet];
  t.throws(() => valueOf(without), { code: 'MISSING_PAGES' });
  t.is(valueOf(whole), 601);
});

test('a daemon that does not answer changes nothing of the end', async (t) => {
  const endMs = 1000;
  const silent = (): RpcServer => {
    const server = new RpcServer();
    server.behaviour = ({ topic }) => (topic === 'lastMetrics' ? undefined : 'done');
    return server;
  };
  const exits = await endingProcess(t, countAndExit, { requests: [request(5)], server: silent(), endMs });
  t.like(exits.ended, { code: 7, output: '' });
  t.is(exits.last.length, 1);
  const waitsForSignal = ({ count }: App): void => {
    count(600);
    setInterval(() => undefined, 1000);
    process.kill(process.pid, 'SIGTERM');
  };
  const signalled = await endingProcess(t, waitsForSignal, { requests: [request(5)], server: silent(), endMs });
  t.like(signalled.ended, { code: null, signal: 'SIGTERM', output: '' });
  t.is(signalled.last.length, 1);
  const runsDry = ({ count }: App): void => {
    count(600);
    process.exitCode = 5;
    process.disconnect();
  };
  const dry = await endingProcess(t, runsDry, { requests: [request(5)], server: silent(), endMs });
  t.like(dry.ended, { code: 5, output: '' });
  // At the end of the channel, and again at that of the process.
  t.true(dry.last.length > 0);
});

test('without a metrics server no listener is added, and a stop takes all of them away', async (t) => {
  const act = async ({ exporter, tell }: App): Promise<void> => {
    const counts = () =>
      ['SIGINT', 'SIGTERM', 'exit', 'beforeExit', 'disconnect'].map((one) => process.listenerCount(one));
    const most = process.getMaxListeners();
    const before = counts();
    await exporter.stop();
    tell({ before, after: counts(), most });
    process.exit(0);
  };
  const asked = await endingProcess(t, act, { requests: [request(5)] });
  const others = await endingProcess(t, act, { requests: [request(5, { data: null })] });
  const [{ before: with_, after, most }, { before: without }] = [asked, others].map(
    ({ ended }) => ended.told.at(-1) as { before: number[]; after: number[]; most: number },
  ) as [{ before: number[]; after: number[]; most: number }, { before: number[] }];
  t.deepEqual(
    with_.map((count, i) => count - (without[i] ?? 0)),
    [1, 1, 1, 1, 1],
  );
  t.deepEqual(after, without);
  t.is(most, 10);
});

test('a signal that the app does not handle ends the process, and one that it handles does not', async (t) => {
  const unhandled = await endingProcess(
    t,
    ({ count }) => {
      count(600);
      setInterval(() => undefined, 1000);
      process.kill(process.pid, 'SIGTERM');
    },
    { requests: [request(5)] },
  );
  t.like(unhandled.ended, { code: null, signal: 'SIGTERM', output: '' });
  t.deepEqual(unhandled.last.map(valueOf), [601]);
  const handled = await endingProcess(
    t,
    ({ count, tell }) => {
      let heard = 0;
      process.on('SIGTERM', () => {
        tell(process.listenerCount('SIGTERM'));
        count(100);
        if (++heard === 2) process.exit(4);
        setTimeout(() => process.kill(process.pid, 'SIGTERM'), 100);
      });
      process.kill(process.pid, 'SIGTERM');
    },
    { requests: [request(5)] },
  );
  t.like(handled.ended, { code: 4, signal: null, output: '' });
  t.deepEqual(handled.ended.told.slice(1), [1, 1], 'its listeners do not see those of the exporter');
  t.is(valueOf(handled.last.at(-1) as Packet), 201);
});
