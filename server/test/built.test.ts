/** The bundle of the metrics server with its libraries, in the Node.js version that runs the tests. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { root, run } from '../../test/package/packed';

test('the bundled libraries route, authenticate, log and report errors', async (t) => {
  await run(root, process.execPath, '-e', "require('./scripts/ensure').ensureBuilt()");
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const child = fork(join(root, 'server/dist/src/main.js'), ['--bearer-token-files', '', '--basic-auth-user', 'me'], {
    execArgv: [],
    env: {
      PATH: process.env['PATH'],
      PM2_HOME: folder,
      pm_id: '0',
      PM2_METRICS_PORT: '0',
      PM2_METRICS_BASIC_AUTH_PASSWORD: 'secret',
    },
    silent: true,
  });
  t.teardown(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (text += String(data)));
  while (!text.includes('Listening at')) {
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
    if (child.exitCode !== null) return t.fail(text);
  }
  const [, url = ''] = /Listening at (http:[^"]+)/.exec(text) ?? [];
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  const get = (path: string, headers: Record<string, string> = { authorization }) =>
    fetch(new URL(path, url), { headers });

  t.is((await get('/-/healthy', {})).status, 200);
  const refused = await get('/', {});
  t.is(refused.status, 401);
  t.regex(refused.headers.get('www-authenticate') ?? '', /^Basic realm=/);
  t.regex(await (await get('/')).text(), /^pm2-cluster-metrics \d/);
  t.regex(await (await get('/', { accept: 'text/html' })).text(), /<script /);
  t.is((await get('/metrics')).status, 503);
  t.is((await get('/nothing')).status, 404);
  t.is((await get('/metrics/%zz')).status, 400);
  t.regex(text, /^\{"level":30,.*"name":"pm2-cluster-metrics","msg":"Listening at/m);

  child.kill('SIGINT');
  t.deepEqual(await once(child, 'exit'), [0, null], text);
});
