/** Twelve clients that stopped reading made a good scrape wait for minutes: a rendering kept its thread until it was read. */
import { once } from 'node:events';
import test from 'ava';
import { LEAST_BYTES, lengthOf, serve, stopReading } from '../http/slow-readers';

test('a dozen clients that stop reading hold up no other', async (t) => {
  const running = await serve(t);
  for (let i = 0; i < 12; i++) await stopReading(t, running);
  for (let i = 0; i < 3; i++) t.true((await lengthOf(running)) > LEAST_BYTES);
  t.is(running.asked.length, 15);
});

test('a client that stops reading loses its connection to the next one, if all connections are taken', async (t) => {
  const running = await serve(t, { PM2_METRICS_MAX_CONNECTIONS: '2' });
  const stopped = [await stopReading(t, running), await stopReading(t, running)];
  const closed = Promise.race(stopped.map((socket) => once(socket.resume(), 'close')));
  for (const socket of stopped) socket.pause();
  for (let refused = true; refused;) {
    refused = await lengthOf(running).then(
      (length) => length < LEAST_BYTES,
      () => true,
    );
  }
  for (const socket of stopped) socket.resume();
  await closed;
  t.pass();
});
