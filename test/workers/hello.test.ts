import test from 'ava';
import { markingMessage, metricsServersIn } from '../../core/pm2/introductions';
import type { HelloTask } from '../../protocol/tasks';
import { Daemons } from '../../workers/daemons';
import { sayHello } from '../../workers/hello';
import { RpcServer } from '../core/pm2/rpc-server';

const { data: MARK } = markingMessage(2) as { data: object };

function listed(pm_id: unknown, options: unknown, status = 'online'): object {
  return { pm_id, name: 'app', pid: 1, pm2_env: { status, axm_options: options } };
}

test('each metrics server that is online hears of the start, and no other process', async (t) => {
  const server = new RpcServer();
  await server.start();
  t.teardown(() => server.remove());
  const daemons = new Daemons();
  t.teardown(() => daemons.close());
  server.list = [listed(0, MARK), listed(1, {}), listed(2, MARK), listed(3, MARK, 'stopped'), listed(4, MARK)];
  server.behaviour = ({ id }) => (id === 2 ? new Error('Process with ID <2> offline.') : 'done');
  const task: HelloTask = { kind: 'hello', from: '7', daemon: server.address, timeoutMs: 10_000 };
  t.deepEqual(await sayHello(task, daemons), { ok: true, kind: 'hello' });
  t.deepEqual(
    server.received,
    [0, 2, 4].map((id) => ({ id, topic: 'exporterStarted', from: '7', data: null })),
  );
});

test('a daemon that cannot be reached is a failure as data', async (t) => {
  const daemons = new Daemons();
  t.teardown(() => daemons.close());
  const daemon = { kind: 'path', path: '/nowhere/rpc.sock' } as const;
  const said = await sayHello({ kind: 'hello', from: '7', daemon, timeoutMs: 100 }, daemons);
  t.like(said, { ok: false, code: 'DAEMON_UNREACHABLE' });
});

test('a list may be anything', (t) => {
  const odd = [null, 1, 'x', {}, { pm_id: 1 }, listed({}, MARK), listed(-1, MARK), listed(1, null), listed(1, 'x')];
  t.deepEqual(metricsServersIn(odd), []);
  for (const list of [undefined, null, {}, 'text', 5]) t.deepEqual(metricsServersIn(list), []);
});
