/** A thousand pipelined requests on a connection that was not read held up all other scrapes, and Node.js warned of a leak. */
import test from 'ava';
import { LEAST_BYTES, lengthOf, serve, stopReading } from '../http/slow-readers';

test('clients that send a thousand requests and stop reading, and others between them, hold up no scrape', async (t) => {
  const running = await serve(t);
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', note);
  t.teardown(() => process.off('warning', note));
  for (let i = 0; i < 12; i++) await stopReading(t, running, i % 2 === 0 ? 1 : 1000);
  for (let i = 0; i < 3; i++) t.true((await lengthOf(running)) > LEAST_BYTES);
  // One for each connection, however many requests it has sent.
  t.is(running.asked.length, 15);
  t.deepEqual(warnings, []);
});
