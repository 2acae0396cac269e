import { join } from 'node:path';
import test from 'ava';
import { createPm2Home } from '../../../scripts/lib/pm2-home';
import { DaemonClient, RemoteCallError } from '../../src/pm2/daemon-client';
import { until } from '../../../test/support/until';
import { RpcServer } from '../../../test/core/pm2/rpc-server';

const PATIENT_MS = 30_000;
const IMPATIENT_MS = 150;

const fails = (code: RemoteCallError['code'], message: RegExp) => ({ instanceOf: RemoteCallError, code, message });

const send = (client: DaemonClient, id: number, timeoutMs = PATIENT_MS): Promise<unknown> =>
  client.call('sendDataToProcessId', { id, topic: 't', data: 'ä\n' }, timeoutMs);

/** What is held for answers that are waited for. */
function waiting(client: DaemonClient): number {
  const { socket, calls } = client as unknown as { socket: { callbacks: object }; calls: Map<unknown, unknown> };
  return Object.keys(socket.callbacks).length + calls.size;
}

async function withServer(body: (server: RpcServer, client: DaemonClient) => Promise<void>): Promise<void> {
  const server = new RpcServer();
  await server.start();
  const client = new DaemonClient(server.address);
  try {
    await body(server, client);
  } finally {
    client.close();
    await server.remove();
  }
}

test('calls are answered each by its own, over one connection', async (t) => {
  await withServer(async (server, client) => {
    // The answers come in another order than the calls.
    server.behaviour = async ({ id }) => {
      if (id === 0) await until('the others', () => (server.received.length === 4 ? true : undefined));
      return id === 2 ? new Error('Process with ID 2 offline.') : 'done';
    };
    const [zero, one, two, three] = await Promise.allSettled([0, 1, 2, 3].map((id) => send(client, id)));
    t.like(zero, { status: 'fulfilled', value: { success: true, data: { id: 0, data: 'ä\n' } } });
    t.like(one, { value: { data: { id: 1 } } });
    t.like(two, { status: 'rejected', reason: { code: 'REFUSED', message: 'Process with ID 2 offline.' } });
    t.like(three, { value: { data: { id: 3 } } });
    t.is(server.connections, 1);
    t.is(waiting(client), 0);
  });
});

test('a daemon that does not answer, and one that goes, are unreachable, and nothing is kept of the calls', async (t) => {
  await withServer(async (server, client) => {
    server.behaviour = () => undefined;
    await t.throwsAsync(
      send(client, 1, IMPATIENT_MS),
      fails('UNREACHABLE', /no answer to sendDataToProcessId from PM2/),
    );
    const lost = t.throwsAsync(send(client, 2), fails('UNREACHABLE', /connection to .* broke/));
    await until('the call', () => (server.received.length === 2 ? true : undefined));
    await server.stop();
    await lost;
    await t.throwsAsync(send(client, 3, IMPATIENT_MS), fails('UNREACHABLE', /no connection to PM2's daemon/));
    t.is(waiting(client), 0);
    server.behaviour = () => 'done';
    await server.start();
    await until('the connection', () => (client.isConnected ? true : undefined));
    await send(client, 4);
    t.deepEqual(
      server.received.map(({ id }) => id),
      [1, 2, 4],
    );
  });
});

test('closing ends the calls under way, and connects no more', async (t) => {
  await withServer(async (server, client) => {
    server.behaviour = () => undefined;
    const lost = t.throwsAsync(send(client, 1), fails('UNREACHABLE', /broke/));
    await until('the call', () => server.received[0]);
    client.close();
    await lost;
    await until('the end of the connection', () => (server.connections === 0 ? true : undefined));
    await t.throwsAsync(send(client, 2, IMPATIENT_MS), fails('UNREACHABLE', /no connection/));
  });
});

test('a real daemon that is killed and started again is found again, and none is started by us', async (t) => {
  const pm2 = await createPm2Home();
  t.teardown(() => pm2.close());
  const client = new DaemonClient({ kind: 'path', path: join(pm2.home, 'rpc.sock') });
  t.teardown(() => client.close());
  t.deepEqual(await client.call('getMonitorData', {}, PATIENT_MS), []);
  await t.throwsAsync(client.call('noSuchMethod', {}, PATIENT_MS), fails('REFUSED', /does not exist/));
  await t.throwsAsync(send(client, 7), fails('REFUSED', /7/));
  await pm2.command('kill');
  await t.throwsAsync(send(client, 7, IMPATIENT_MS), { instanceOf: RemoteCallError, code: 'UNREACHABLE' });
  await pm2.command('ping');
  await until('the connection', () => (client.isConnected ? true : undefined));
  t.deepEqual(await client.call('getMonitorData', {}, PATIENT_MS), []);
});
