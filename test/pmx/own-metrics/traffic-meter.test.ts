import test from 'ava';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { TrafficMeter, type Traffic } from '../../../src/pmx/own-metrics/traffic-meter';
import { until } from '../../support/until';

test.serial('bytes of connections that come, stay and go are counted once, in both directions', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const old = await open(port);
  await exchange(old, 1_000_000);

  const reports: Traffic[] = [];
  const begin = performance.now();
  const meter = new TrafficMeter((traffic) => void reports.push(traffic));
  // Earlier traffic does not count.
  const expected = 2 * (300_000 + 200_000);
  await exchange(old, 300_000);
  const brief = await open(port);
  await exchange(brief, 200_000);
  brief.destroy();
  const enough = reports.length + 2;
  await until('what is not yet counted', () => reports.length >= enough || undefined);
  meter.stop();
  // The mean of about a minute, in which earlier traffic weighs less.
  const { read, written } = reports.at(-1) as Traffic;
  const least = Math.exp((begin - performance.now()) / 60_000);
  for (const rate of [read, written])
    t.true(rate < (expected / 60) * 1.02 && rate > (expected / 60) * least * 0.98, String(rate));

  const count = reports.length;
  await exchange(old, 1000);
  await new Promise((resolve) => void setTimeout(resolve, 1200));
  t.is(reports.length, count, 'it has stopped');
  old.destroy();
  server.close();
});

test.serial('no socket gets a listener and no method a wrapper', async (t) => {
  const server = createServer((socket) => void socket.on('error', () => undefined)).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const listeners = async (): Promise<number[]> => {
    const socket = await open(port);
    const counts = socket.eventNames().map((event) => socket.listenerCount(event));
    socket.destroy();
    return counts;
  };
  const without = await listeners();
  const meter = new TrafficMeter(() => undefined);
  t.deepEqual(await listeners(), without);
  meter.stop();
  server.close();
});

async function open(port: number): Promise<Socket> {
  const socket = connect(port);
  await once(socket, 'connect');
  return socket;
}

/** Sends that much and waits for all of it to come back. */
async function exchange(socket: Socket, bytes: number): Promise<void> {
  let back = 0;
  const done = new Promise<void>((resolve) => {
    const onData = (data: Buffer): void => {
      back += data.length;
      if (back < bytes) return;
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
  });
  socket.write(Buffer.alloc(bytes));
  await done;
}
