/** An empty or half-written certificate or key took the place of the good one, and no handshake worked any more. */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { until } from '../../../test/support/until';
import { filesOf, one, presented, two } from '../http/pair-files';
import { run } from '../http/running-server';

test('a pair that is written slowly is used once it is complete and fits', async (t) => {
  const { cert, key, writePair, options } = filesOf(t, one);
  const { url } = await run(t, options);
  // A chain whose second certificate is cut off: OpenSSL takes the first one alone.
  const chain = `${two.cert}${two.cert}`;
  for (const [certText, keyText] of [
    ['', ''],
    [two.cert.slice(0, 400), two.key],
    [two.cert, two.key.slice(0, 200)],
    [two.cert, one.key],
    [chain.slice(0, two.cert.length + 300), two.key],
  ] as const) {
    writeFileSync(cert, certText);
    writeFileSync(key, keyText);
    for (let looks = 0; looks < 5; looks++) {
      t.is(await presented(url), 'one');
      await pause(500);
    }
  }
  writePair(two);
  await until('the new pair', async () => (await presented(url)) === 'two' || undefined);
});
