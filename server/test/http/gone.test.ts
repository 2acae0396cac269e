/** Scrapers that disconnect before their answer has begun: the work and the loans for it end. */
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'ava';
import { until } from '../../../test/support/until';
import { Endless, get, run } from './running-server';

test('a scraper that disconnects while instances are asked ends the work too', async (t) => {
  const stream = new Endless();
  let answer = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (answer = resolve));
  const running = await run(t, undefined, { scrape: () => waiting.then(() => stream) });
  const socket = connect(running.port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
  await until('request to the cluster', () => (running.asked.length > 0 ? true : undefined));
  socket.destroy();
  await once(socket, 'close');
  t.is((await get(running.url, '/-/healthy')).status, 200);
  answer();
  await until('end of the stream', () => (stream.destroyed ? true : undefined));
  await until('end of the loan', () => (running.released[0] === stream ? true : undefined));
  t.is(running.logged.filter(({ level }) => Number(level) >= 40).length, 0);
  t.is((await get(running.url, '/-/healthy')).status, 200);
});
