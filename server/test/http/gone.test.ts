/** Scrapers that go before their answer has begun: what was to be sent ends, and is lent no more. */
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'ava';
import { until } from '../../../test/support/until';
import { Endless, get, run } from './running-server';

test('a scraper that goes away while instances are asked ends the work too', async (t) => {
  const stream = new Endless();
  let answer = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (answer = resolve));
  const running = await run(t, undefined, { scrape: () => waiting.then(() => stream) });
  const socket = connect(running.port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
  await until('it is asked', () => (running.asked.length > 0 ? true : undefined));
  socket.destroy();
  await once(socket, 'close');
  t.is((await get(running.url, '/-/healthy')).status, 200);
  answer();
  await until('the stream is ended', () => (stream.destroyed ? true : undefined));
  t.is(running.released[0], stream);
  t.is(running.logged.filter(({ level }) => Number(level) >= 40).length, 0);
  t.is((await get(running.url, '/-/healthy')).status, 200);
});

test('a connection that closes ends also what waits behind another response on it', async (t) => {
  const streams: Endless[] = [];
  const running = await run(t, undefined, {
    scrape() {
      streams.push(new Endless());
      return Promise.resolve(streams.at(-1) as Endless);
    },
  });
  const socket = connect(running.port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3));
  await until('all are answered', () => streams.length === 3 || undefined);
  await once(socket, 'readable');
  t.is(running.released.length, 0);
  socket.destroy();
  await until(
    'nothing is lent any more',
    () => streams.every((stream) => running.released.includes(stream)) || undefined,
  );
  await until('the work is ended', () => streams.every(({ destroyed }) => destroyed) || undefined);
});
