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
  t.is(running.released[0], stream);
  t.is(running.logged.filter(({ level }) => Number(level) >= 40).length, 0);
  t.is((await get(running.url, '/-/healthy')).status, 200);
});

test('requests behind another one on their connection wait for it, and are not answered once it has closed', async (t) => {
  const streams: Endless[] = [];
  const running = await run(t, undefined, {
    scrape() {
      streams.push(new Endless());
      return Promise.resolve(streams.at(-1) as Endless);
    },
  });
  const socket = connect(running.port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3000));
  await once(socket, 'readable');
  t.is((await get(running.url, '/-/healthy')).status, 200);
  t.is(streams.length, 1);
  t.is(running.released.length, 0);
  socket.destroy();
  await until('end of the loan', () => running.released.includes(streams[0] as Endless) || undefined);
  await until('end of the work', () => (streams[0]?.destroyed === true ? true : undefined));
  t.is((await get(running.url, '/-/healthy')).status, 200);
  t.is(streams.length, 1);
});

test('requests that are sent at once on one connection get their answers in order, without a warning', async (t) => {
  const running = await run(t);
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', note);
  t.teardown(() => process.off('warning', note));
  const socket = connect(running.port, '127.0.0.1');
  let text = '';
  socket.on('data', (data) => (text += String(data)));
  const ids = Array.from({ length: 3000 }, (_, id) => id);
  socket.write(ids.map((id) => `GET /metrics/${id} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
  const answered = (): number[] => Array.from(text.matchAll(/"pmId":(\d+)/g), ([, id]) => Number(id));
  await until('all answers', () => answered().length >= ids.length || undefined);
  t.deepEqual(answered(), ids);
  t.deepEqual(warnings, []);
  socket.destroy();
});
