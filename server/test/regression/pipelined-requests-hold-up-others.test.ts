/** A thousand pipelined requests on a connection that was not read held up all other scrapes, and Node.js warned of a leak. */
import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { until } from '../../../test/support/until';
import { Endless, get, run } from '../http/running-server';
import { LEAST_BYTES, lengthOf, serve, stopReading } from '../http/slow-readers';

/** The names of what Node.js warns of from now on. */
function warningsOf(t: ExecutionContext): readonly string[] {
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', note);
  t.teardown(() => process.off('warning', note));
  return warnings;
}

test('clients that send a thousand requests and stop reading, and others between them, hold up no scrape', async (t) => {
  const running = await serve(t);
  const warnings = warningsOf(t);
  for (let i = 0; i < 12; i++) await stopReading(t, running, i % 2 === 0 ? 1 : 1000);
  for (let i = 0; i < 3; i++) t.true((await lengthOf(running)) > LEAST_BYTES);
  // One for each connection, however many requests it has sent.
  t.is(running.asked.length, 15);
  t.deepEqual(warnings, []);
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
  const warnings = warningsOf(t);
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
