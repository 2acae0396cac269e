/** Access control. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { until } from '../../../../test/support/until';
import { optionsOf, run } from '../running-server';
import type { Running } from '../running-server';

const PROTECTED = ['/metrics', '/metrics/cluster', '/metrics/0', '/metrics/x', '/sd', '/-/ready', '/', '/nothing'];

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-auth-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function statuses({ get }: Running, authorizations: readonly string[]): Promise<number[]> {
  const answers = authorizations.map((authorization) => get('/metrics', { headers: { authorization } }));
  return (await Promise.all(answers)).map(({ status }) => status);
}

test('without configured credentials every client may read', async (t) => {
  const running = await run(t);
  t.deepEqual(await statuses(running, ['', basic('a', 'b'), 'Bearer x']), [200, 200, 200]);
});

test('only /-/healthy needs no credentials, and no instance is asked for a client without them', async (t) => {
  const running = await run(t, optionsOf({ PM2_METRICS_BEARER_TOKENS: 'token' }));
  for (const path of PROTECTED) {
    const { status, headers, text } = await running.get(path);
    t.is(status, 401, path);
    t.is(headers['content-type'], 'text/plain; charset=utf-8');
    t.is(headers['www-authenticate'], 'Bearer realm="PM2 metrics"');
    t.is(text, 'This needs a bearer token.\n');
  }
  t.is((await running.get('/-/healthy')).status, 200);
  t.is((await running.get('/-/healthy?x')).status, 200);
  t.is((await running.get('//-/healthy')).status, 401);
  t.deepEqual(running.asked, []);
});

test('a user with a password has access, also with letters beyond ASCII', async (t) => {
  const options = optionsOf({ PM2_METRICS_BASIC_AUTH_USER: 'jürgen', PM2_METRICS_BASIC_AUTH_PASSWORD: 'pass: wörd' });
  const running = await run(t, options);
  const good = [basic('jürgen', 'pass: wörd'), basic('jürgen', 'pass: wörd').replace('Basic', 'bAsIc')];
  t.deepEqual(await statuses(running, good), [200, 200]);
  const bad = [
    '',
    'Basic',
    'Basic !',
    'Basic Og==',
    basic('jürgen', ''),
    basic('jürgen', 'pass: word'),
    basic('j', 'pass: wörd'),
  ];
  const worse = [basic('jürgen', 'pass: wörd '), 'Bearer pass: wörd', 'Digest x', basic('jürgen', 'pass: wörd\0')];
  t.deepEqual(
    await statuses(running, [...bad, ...worse]),
    [...bad, ...worse].map(() => 401),
  );
  const { headers, text } = await running.get('/metrics');
  t.is(headers['www-authenticate'], 'Basic realm="PM2 metrics", charset="UTF-8"');
  t.is(text, 'This needs a user with a password.\n');
});

test('with both ways configured, either is enough', async (t) => {
  const options = optionsOf({
    PM2_METRICS_BASIC_AUTH_USER: 'user',
    PM2_METRICS_BASIC_AUTH_PASSWORD: 'password',
    PM2_METRICS_BEARER_TOKENS: 'one,two',
  });
  const running = await run(t, options);
  t.deepEqual(await statuses(running, [basic('user', 'password'), 'Bearer one', 'bearer two']), [200, 200, 200]);
  t.deepEqual(
    await statuses(running, ['Bearer three', 'Bearer', 'Bearer ', 'Bearer one,two', 'Bearer password']),
    [401, 401, 401, 401, 401],
  );
  const { headers } = await running.get('/metrics');
  t.is(headers['www-authenticate'], 'Basic realm="PM2 metrics", charset="UTF-8", Bearer realm="PM2 metrics"');
});

test('files are read again when they change, and a file that cannot be used changes nothing', async (t) => {
  const folder = folderOf(t);
  const [password, tokens] = [join(folder, 'password'), join(folder, 'tokens')];
  writeFileSync(password, 'first\n');
  writeFileSync(tokens, 'one\n\n  two\r\n');
  const options = optionsOf({
    PM2_METRICS_BASIC_AUTH_USER: 'user',
    PM2_METRICS_BASIC_AUTH_PASSWORD_FILE: password,
    PM2_METRICS_BEARER_TOKEN_FILES: tokens,
    PM2_METRICS_BEARER_TOKENS: 'fixed',
  });
  const running = await run(t, options);
  const answered = (expected: readonly number[]) =>
    until(String(expected), async () => String(await statuses(running, asked)) === String(expected) || undefined);
  const errors = () => running.logged.filter(({ level }) => level === 50).length;
  const asked = [
    basic('user', 'first'),
    basic('user', 'second'),
    'Bearer one',
    'Bearer two',
    'Bearer three',
    'Bearer fixed',
  ];
  t.deepEqual(await statuses(running, asked), [200, 401, 200, 200, 401, 200]);

  writeFileSync(password, 'second');
  writeFileSync(tokens, 'three');
  await answered([401, 200, 401, 401, 200, 200]);

  writeFileSync(password, '');
  rmSync(tokens);
  await until('two errors', () => errors() === 2 || undefined);
  t.deepEqual(await statuses(running, asked), [401, 200, 401, 401, 200, 200]);

  // An empty file takes all its tokens away.
  writeFileSync(tokens, '\n');
  await answered([401, 200, 401, 401, 401, 200]);
  t.is((await running.get('/metrics', { headers: { authorization: 'Bearer ' } })).status, 401);
  t.false(/first|second|three/.test(JSON.stringify(running.logged)));
});

test('a start with a password or token file that cannot be used is refused', async (t) => {
  const folder = folderOf(t);
  const empty = join(folder, 'empty');
  writeFileSync(empty, '\n');
  const user = { PM2_METRICS_BASIC_AUTH_USER: 'user' };
  await t.throwsAsync(run(t, optionsOf({ ...user, PM2_METRICS_BASIC_AUTH_PASSWORD_FILE: empty })), {
    message: `${empty} is empty, expected a password`,
  });
  await t.throwsAsync(run(t, optionsOf({ ...user, PM2_METRICS_BASIC_AUTH_PASSWORD_FILE: join(folder, 'none') })), {
    code: 'ENOENT',
  });
  await t.throwsAsync(run(t, optionsOf({ PM2_METRICS_BEARER_TOKEN_FILES: folder })), {
    message: /it is a folder, expected a regular file/,
  });
});

test('an address that other hosts reach without credentials is logged once as a warning', async (t) => {
  const warnings = async (env: Readonly<Record<string, string>>) => {
    const { logged } = await run(t, optionsOf(env));
    return logged.filter(({ level }) => level === 40).map(({ msg }) => msg);
  };
  t.deepEqual(await warnings({}), []);
  t.deepEqual(await warnings({ PM2_METRICS_HOST: 'localhost' }), []);
  t.deepEqual(await warnings({ PM2_METRICS_HOST: '0.0.0.0' }), [
    'Every client that reaches 0.0.0.0 can read all metrics: to restrict access, set basicAuthUser or bearerTokenFiles',
  ]);
  t.deepEqual(await warnings({ PM2_METRICS_HOST: '0.0.0.0', PM2_METRICS_BEARER_TOKENS: 'x' }), []);
  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6'));
  if (hasIpv6) t.deepEqual(await warnings({ PM2_METRICS_HOST: '::1' }), []);
});
