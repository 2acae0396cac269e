/** With an empty or half-written certificate or key the server started, and no handshake worked. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { filesOf, one } from '../http/pair-files';
import { run } from '../http/running-server';
import { isRefused } from '../main-process';
import { temporaryFolder } from '../workers/cluster/state/state-files';

test('incomplete pairs are refused at the start', async (t) => {
  const { cert, key, write, options } = filesOf(t, one);
  for (const [certText, keyText] of [
    ['', ''],
    ['', one.key],
    [one.cert, ''],
    [one.cert.slice(0, -20), one.key],
    [one.cert, one.key.slice(0, -20)],
  ] as const) {
    write(cert, certText);
    write(key, keyText);
    await t.throwsAsync(run(t, options), { message: /cannot be used, expected a certificate in PEM and its key$/ });
  }
});

test('the process ends with a sentence', async (t) => {
  const empty = join(temporaryFolder(t), 'empty.pem');
  writeFileSync(empty, '');
  const env = { PM2_METRICS_TLS_CERT: empty, PM2_METRICS_TLS_KEY: empty };
  await isRefused(t, env, /empty\.pem cannot be used, expected a certificate/);
});
