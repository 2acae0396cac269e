/** With `wait_ready`, `pm2 start` waited 15 s for a metrics server that was listening: it did not say that it was ready. */
import { once } from 'node:events';
import test from 'ava';
import { markingMessage } from '../../../core/pm2/introductions';
import { WIRE_VERSION } from '../../../core/wire/format';
import { start } from '../main-process';

test('it tells PM2 that it is ready once it listens', async (t) => {
  const { child, url } = start(t);
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  await url();
  while (messages.length < 2) await once(child, 'message');
  // The second message marks it as a metrics server in what PM2 lists.
  t.deepEqual(messages, ['ready', markingMessage(WIRE_VERSION)]);
});
