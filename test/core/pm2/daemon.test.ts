import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Daemon, DaemonError } from '../../../core/pm2/daemon';
import { until } from '../../support/until';
import { RpcServer } from './rpc-server';

const PATIENT_MS = 30_000;
const IMPATIENT_MS = 150;

/** What pm2-axon holds for answers that are waited for. */
function waiting(daemon: Daemon): number {
  const { socket, waiting: calls } = daemon as unknown as { socket: { callbacks: object }; waiting: Set<unknown> };
  return Object.keys(socket.callbacks).length + calls.size;
}

function send(daemon: Daemon, id: number, timeoutMs = PATIENT_MS): Promise<void> {
  const packet = JSON.stringify({ id, topic: 'returnMetrics', data: 'ä\n' });
  return daemon.sendDataToProcessId([Buffer.from(packet.slice(0, 9)), Buffer.from(packet.slice(9))], timeoutMs);
}

const fails = (code: DaemonError['code'], message: RegExp) => ({ instanceOf: DaemonError, code, message });

async function withServer(body: (server: RpcServer, daemon: Daemon) => Promise<void>): Promise<void> {
  const server = new RpcServer();
  await server.start();
  const daemon = new Daemon(server.address);
  try {
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

test('what the daemon refuses is told in its words', async (t) => {
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
    t.is(server.received.length, 3);
    t.is(waiting(daemon), 0);
    server.behaviour = () => 'done';
    await t.notThrowsAsync(send(daemon, 4));
  });
});

test("an answer that comes too late is nobody's", async (t) => {
  await withServer(async (server, daemon) => {
    let answer: ((outcome: Error) => void) | undefined;
    server.behaviour = () => new Promise((resolve) => (answer = resolve));
    await t.throwsAsync(send(daemon, 1, IMPATIENT_MS), fails('UNREACHABLE', /no answer in time/));
    answer?.(new Error('late'));
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
  const daemon = new Daemon(server.address);
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
  const daemon = new Daemon(server.address);
  await t.throwsAsync(send(daemon, 1, IMPATIENT_MS), fails('UNREACHABLE', /no connection/));
  daemon.close();
  await server.start();
  await sleep(1000);
  t.is(server.connections, 0);
});
