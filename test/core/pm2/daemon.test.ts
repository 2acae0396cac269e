import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type * as daemonModule from '../../../core/pm2/daemon';
import { Daemon, DaemonError } from '../../../core/pm2/daemon';
import { runInChild } from '../../in-child/run';
import { until, untilEqual } from '../../support/until';
import { RpcServer } from './rpc-server';

const PATIENT_MS = 30_000;
const IMPATIENT_MS = 150;

const OPTIONS = { maxPauseMs: 500 };

/** The number of calls that wait, for a connection or for their answer. */
function waiting(daemon: Daemon): number {
  const { calls, connecting } = daemon as unknown as { calls: Map<string, unknown>; connecting: Set<unknown> };
  return calls.size + connecting.size;
}

function send(daemon: Daemon, id: number, timeoutMs = PATIENT_MS): Promise<void> {
  const packet = JSON.stringify({ id, topic: 'returnMetrics', data: 'ä\n' });
  return daemon.sendDataToProcessId([Buffer.from(packet.slice(0, 9)), Buffer.from(packet.slice(9))], timeoutMs);
}

const fails = (code: DaemonError['code'], message: RegExp) => ({ instanceOf: DaemonError, code, message });

const connected = (daemon: Daemon): Promise<true> =>
  until('a connection', () => (daemon.isConnected ? true : undefined));

async function withServer(body: (server: RpcServer, daemon: Daemon) => Promise<void>): Promise<void> {
  const server = new RpcServer();
  await server.start();
  const daemon = new Daemon(server.address, OPTIONS);
  try {
    await connected(daemon);
    await body(server, daemon);
  } finally {
    daemon.close();
    await server.remove();
  }
}

test('all calls go over one connection, and the packet arrives as it was written', async (t) => {
  await withServer(async (server, daemon) => {
    await Promise.all([0, 1, 2, 3].map((id) => send(daemon, id)));
    t.deepEqual(server.received, [0, 1, 2, 3].map((id) => ({ id, topic: 'returnMetrics', data: 'ä\n' })) as never);
    t.is(server.connections, 1);
    t.is(waiting(daemon), 0);
  });
});

test('each call gets its own answer, in whichever order the answers come', async (t) => {
  await withServer(async (server, daemon) => {
    server.behaviour = async ({ id }) => {
      if (id === 0) await until('the others', () => (server.received.length === 4 ? true : undefined));
      return id === 2 ? new Error('Process with ID 2 offline.') : 'done';
    };
    const order: number[] = [];
    const call = async (id: number): Promise<unknown> => {
      try {
        return await daemon.call('sendDataToProcessId', { id, topic: 't', data: 'ä' }, PATIENT_MS);
      } finally {
        order.push(id);
      }
    };
    const [zero, one, two, three] = await Promise.allSettled([0, 1, 2, 3].map(call));
    t.like(zero, { status: 'fulfilled', value: { success: true, data: { id: 0, data: 'ä' } } });
    t.like(one, { value: { data: { id: 1 } } });
    t.like(two, { status: 'rejected', reason: { code: 'REFUSED', message: 'Process with ID 2 offline.' } });
    t.like(three, { value: { data: { id: 3 } } });
    t.deepEqual(order, [1, 2, 3, 0]);
    t.is(server.connections, 1);
    t.is(waiting(daemon), 0);
  });
});

test('a result that is wanted comes whole beside answers that are not read', async (t) => {
  await withServer(async (server, daemon) => {
    const data = 'x'.repeat(3_000_000);
    const packet = Buffer.from(JSON.stringify({ id: 1, topic: 't', data }));
    const send = (): Promise<void> => daemon.sendDataToProcessId([packet], PATIENT_MS);
    await send();
    const [result] = await Promise.all([
      daemon.call('sendDataToProcessId', { id: 2, topic: 't', data }, PATIENT_MS),
      send(),
      send(),
    ]);
    t.deepEqual(result, { success: true, data: { id: 2, topic: 't', data } });
    t.is(server.received.length, 4);
  });
});

test("a refusal of the daemon is an error with the daemon's words", async (t) => {
  await withServer(async (server, daemon) => {
    server.behaviour = ({ id }) => (id === 7 ? new Error('Process with ID 7 offline.') : 'done');
    await t.throwsAsync(send(daemon, 7), fails('REFUSED', /Process with ID 7 offline/));
    await t.notThrowsAsync(send(daemon, 8));
    t.is(waiting(daemon), 0);
  });
});

test('a daemon that never answers is unreachable, call after call, and nothing of them is kept', async (t) => {
  await withServer(async (server, daemon) => {
    server.behaviour = () => undefined;
    for (let i = 0; i < 3; i++)
      await t.throwsAsync(send(daemon, i, IMPATIENT_MS), fails('UNREACHABLE', /no answer in time/));
    await untilEqual(t, () => server.received.length, 3);
    t.is(waiting(daemon), 0);
    server.behaviour = () => 'done';
    await t.notThrowsAsync(send(daemon, 4));
  });
});

test('an answer that comes after its call has failed is dropped', async (t) => {
  await withServer(async (server, daemon) => {
    let answer: ((outcome: Error) => void) | undefined;
    server.behaviour = () => new Promise((resolve) => (answer = resolve));
    await t.throwsAsync(send(daemon, 1, IMPATIENT_MS), fails('UNREACHABLE', /no answer in time/));
    const late = await until('the call', () => answer);
    late(new Error('late'));
    server.behaviour = () => 'done';
    await t.notThrowsAsync(send(daemon, 2));
  });
});

test('calls under way when the connection breaks fail, and later ones reach the daemon that comes back', async (t) => {
  await withServer(async (server, daemon) => {
    await send(daemon, 1);
    server.behaviour = () => undefined;
    const lost = t.throwsAsync(send(daemon, 2), fails('UNREACHABLE', /connection to .* broke/));
    await until('the call', () => (server.received.length === 2 ? true : undefined));
    await server.stop();
    await lost;
    await t.throwsAsync(
      send(daemon, 3, IMPATIENT_MS),
      fails('UNREACHABLE', /no connection to PM2's daemon at .*rpc\.sock/),
    );
    t.is(waiting(daemon), 0);

    await server.start();
    server.behaviour = () => 'done';
    await send(daemon, 4);
    t.deepEqual(
      server.received.map(({ id }) => id),
      [1, 2, 4],
    );
    t.is(server.connections, 1);
  });
});

test('what was asked while there was no connection is not sent later', async (t) => {
  const server = new RpcServer();
  const daemon = new Daemon(server.address, OPTIONS);
  t.teardown(() => server.remove());
  t.teardown(() => daemon.close());
  await t.throwsAsync(send(daemon, 1, IMPATIENT_MS), fails('UNREACHABLE', /no connection/));
  await server.start();
  await send(daemon, 2);
  t.deepEqual(
    server.received.map(({ id }) => id),
    [2],
  );
});

test('a call waits for a connection no longer than it is told to', async (t) => {
  const server = new RpcServer();
  t.teardown(() => server.remove());
  const daemon = new Daemon(server.address, { ...OPTIONS, connectMs: IMPATIENT_MS });
  t.teardown(() => daemon.close());
  await t.throwsAsync(send(daemon, 1), fails('UNREACHABLE', /no connection/));
  t.is(waiting(daemon), 0);
});

// Alone, since it has a clock of its own.
test.serial('the pauses between attempts to connect grow up to their limit', async (t) => {
  const pauses: number[] = [];
  const { setTimeout: original } = globalThis;
  t.teardown(() => void (globalThis.setTimeout = original));
  globalThis.setTimeout = ((work: () => void, ms: number) => {
    pauses.push(ms);
    return original(work, 0);
  }) as typeof setTimeout;
  const daemon = new Daemon({ kind: 'path', path: '/none/rpc.sock' }, OPTIONS);
  t.teardown(() => daemon.close());
  while (pauses.length < 7) await new Promise(setImmediate);
  t.deepEqual(pauses.slice(0, 7), [100, 150, 225, 337.5, 500, 500, 500]);
});

test('a packet that a stuck daemon does not take is not kept once its call has failed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stuck-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  // Without a reader the kernel takes some 100 kB, and the rest stays with the sender.
  const server = createServer((socket) => socket.pause()).listen(join(folder, 'rpc.sock'));
  await once(server, 'listening');
  t.teardown(() => server.close());
  const daemon = new Daemon({ kind: 'path', path: join(folder, 'rpc.sock') }, OPTIONS);
  t.teardown(() => daemon.close());
  await connected(daemon);
  const { connection } = daemon as unknown as { connection: { socket: Socket } };
  const { socket: stuck } = connection;
  const large = daemon.sendDataToProcessId([Buffer.alloc(20_000_000)], IMPATIENT_MS);
  await t.throwsAsync(large, fails('UNREACHABLE', /no answer in time/));
  await until('another connection', () => (daemon.isConnected && connection.socket !== stuck) || undefined);
  t.true(stuck.destroyed);
  t.is(connection.socket.writableLength, 0);
});

test("a server that does not speak PM2's protocol counts as unreachable", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'other-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const server = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
    join(folder, 's'),
  );
  await once(server, 'listening');
  t.teardown(() => server.close());
  const daemon = new Daemon({ kind: 'path', path: join(folder, 's') }, OPTIONS);
  t.teardown(() => daemon.close());
  await t.throwsAsync(send(daemon, 1), fails('UNREACHABLE', /connection to .* broke/));
});

test('a port of this host is an address too', async (t) => {
  const server = createServer((socket) => void socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const daemon = new Daemon({ kind: 'port', port }, OPTIONS);
  t.teardown(() => daemon.close());
  await t.throwsAsync(send(daemon, 1), fails('UNREACHABLE', new RegExp(`daemon at port ${port} broke`)));
});

test('a connection does not keep a process alive, and a call does', async (t) => {
  await withServer(async (server) => {
    const { code, told, output } = await runInChild(async ({ load, tell }, address) => {
      const { Daemon } = load('core/pm2/daemon') as typeof daemonModule;
      const daemon = new Daemon(address, { maxPauseMs: 500 });
      tell(await daemon.call('sendDataToProcessId', { id: 5 }, 30_000));
    }, server.address);
    t.is(code, 0, output);
    t.deepEqual(told, [{ success: true, data: { id: 5 } }]);
  });
});

test('closing ends the calls under way and the connection, and connects no more', async (t) => {
  await withServer(async (server, daemon) => {
    server.behaviour = () => undefined;
    const lost = t.throwsAsync(send(daemon, 1), fails('UNREACHABLE', /broke/));
    await until('the call', () => server.received[0]);
    daemon.close();
    await lost;
    await until('the end of the connection', () => (server.connections === 0 ? true : undefined));
    await t.throwsAsync(send(daemon, 2, IMPATIENT_MS), fails('UNREACHABLE', /no connection/));
    t.is(server.connections, 0);
  });
});

test('closing during an outage leaves no connection to the daemon that comes back', async (t) => {
  const server = new RpcServer();
  t.teardown(() => server.remove());
  const daemon = new Daemon(server.address, OPTIONS);
  await t.throwsAsync(send(daemon, 1, IMPATIENT_MS), fails('UNREACHABLE', /no connection/));
  daemon.close();
  await server.start();
  await sleep(1000);
  t.is(server.connections, 0);
});
