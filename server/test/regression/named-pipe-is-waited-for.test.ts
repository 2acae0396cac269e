/** A named pipe in the place of a file that the server reads was waited for, so that the server never started. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { becomeOwner } from '../../src/ownership';
import { isRefused } from '../main-process';
import { refusalOf, temporaryFolder } from '../workers/cluster/state/state-files';

function pipe(t: ExecutionContext): string {
  const path = join(temporaryFolder(t), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

test('as the state file it is refused', (t) => {
  t.regex(refusalOf(t, pipe(t)), /no regular file/);
});

test('as a lock it holds up no start', async (t) => {
  const path = join(temporaryFolder(t), 'state');
  execFileSync('mkfifo', [`${path}.lock-1`]);
  await becomeOwner({ path, onWait: () => t.fail() });
  t.deepEqual(readdirSync(join(path, '..')), ['state.lock-2']);
});

test('as a file of secrets or options it ends the start with a sentence', async (t) => {
  const path = pipe(t);
  for (const [env, said] of [
    [
      { PM2_METRICS_BEARER_TOKEN_FILES: path },
      /The file .*pipe cannot be read: it is a named pipe, expected a regular/,
    ],
    [
      { PM2_METRICS_BASIC_AUTH_USER: 'x', PM2_METRICS_BASIC_AUTH_PASSWORD_FILE: path },
      /The file .*pipe cannot be read: it is a named pipe/,
    ],
    [{ PM2_METRICS_CONFIG: path }, /The configuration file .*pipe cannot be read: it is a named pipe/],
  ] as const) {
    await isRefused(t, env, said);
  }
});
