/** Files that users name, of any kind. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readRegularFile, whyUnreadable } from '../../core/regular-file';

test('a regular file is read, also through a link, and what is of another kind or too large is named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-files-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const why = (path: string, maxBytes?: number): string =>
    whyUnreadable(t.throws(() => readRegularFile(path, maxBytes)));

  writeFileSync(at('file'), 'sécret');
  symlinkSync(at('file'), at('link'));
  writeFileSync(at('empty'), '');
  t.is(readRegularFile(at('file')), 'sécret');
  t.is(readRegularFile(at('link'), 7), 'sécret');
  t.is(readRegularFile(at('empty')), '');
  t.is(why(at('link'), 6), 'it has more than 6 bytes');
  t.is(why(at('none')), 'ENOENT');
  t.is(why(folder), 'it is a folder, expected a regular file');
  if (process.platform === 'win32') return;

  execFileSync('mkfifo', [at('pipe')]);
  t.is(why(at('pipe')), 'it is a named pipe, expected a regular file');
  t.is(why('/dev/zero'), 'it is a device, expected a regular file');
  const server = createServer().listen(at('socket'));
  t.teardown(() => server.close());
  await once(server, 'listening');
  t.is(why(at('socket')), 'it is a socket, expected a regular file');
});
