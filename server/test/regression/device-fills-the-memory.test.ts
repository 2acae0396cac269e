/** A device in the place of a file that the server reads, such as `/dev/full`, filled the memory of the machine. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isRefused } from '../main-process';
import { refusalOf, temporaryFolder } from '../workers/cluster/state/state-files';

test('as the state file it is refused', (t) => {
  const path = join(temporaryFolder(t), 'state');
  symlinkSync('/dev/full', path);
  t.regex(refusalOf(t, path), /no regular file/);
});

test('as a certificate it ends the start with a sentence', async (t) => {
  const empty = join(temporaryFolder(t), 'empty.pem');
  writeFileSync(empty, '');
  const env = { PM2_METRICS_TLS_CERT: '/dev/zero', PM2_METRICS_TLS_KEY: empty };
  await isRefused(t, env, /The file \/dev\/zero cannot be read: it is a device/);
});
