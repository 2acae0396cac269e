/**
 * Processes that have a `pm_id` and that PM2 does not run, or does not run directly: each is told what it is, and nothing
 * is sent to a parent that is not PM2. Those that PM2 runs answer, whatever their interpreter and their user.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { built, PROJECT } from '../support/built';
import { withPm2, type App, type Instance, type Pm2, type Pm2Version } from '../support/pm2';
import { until } from '../support/until';

const APPS = join(PROJECT, 'test', 'fixtures', 'apps');
const isRoot = process.getuid?.() === 0;

function app(name: string, ROLE: string, options: Readonly<Record<string, unknown>> = {}): App {
  return {
    name,
    script: join(APPS, 'places.js'),
    cwd: PROJECT,
    exec_mode: 'fork',
    ...options,
    env: { ROLE },
  };
}

function logOf(pm2: Pm2, name: string): string {
  const logs = join(pm2.home, 'logs');
  const files = readdirSync(logs).filter((file) => file.startsWith(`${name}-out`) || file.startsWith(`${name}-error`));
  return files.map((file) => readFileSync(join(logs, file), 'utf8')).join('');
}

function npmApp(pm2: Pm2): App {
  const cwd = join(pm2.folder, 'by-npm');
  mkdirSync(cwd);
  const start = `node ${join(APPS, 'places.js')}`;
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'by-npm', version: '1.0.0', scripts: { start } }));
  return app('by-npm', 'itself', { script: 'npm', args: 'start', cwd });
}

const TOLD: Readonly<Record<string, RegExp>> = {
  forks:
    /An app that PM2 runs has started this process \(its parent, process \d+, is not PM2's daemon\), .* let PM2 start/,
  bare: /An app that PM2 runs has started this process \(its parent, process \d+, is not PM2's daemon\)/,
  clusters: /started this process as a worker of its own cluster, .* exec_mode "cluster" and instances/,
  threads: /was started in a worker thread, .* Start it in the main thread/,
  'by-npm': /such as npm or a shell, which has started this one .* pm2 start server\.js in place of pm2 start npm/,
};

test.before(built);

const ANSWERING = ['fork', 'cluster', 'without-pmx', 'interpreted'];

for (const version of [7, 6, 5] as const satisfies Pm2Version[]) {
  test.serial(`PM2 ${version}: each place is told apart by one line, and what PM2 runs answers`, async (t) => {
    await withPm2(version, async (pm2) => {
      await pm2.start(
        app('hears', '', { script: join(APPS, 'hears.js') }),
        app('fork', 'itself'),
        app('cluster', 'itself', { exec_mode: 'cluster' }),
        app('without-pmx', 'itself', { pmx: false }),
        app('interpreted', 'itself', { interpreter: join(APPS, 'interpreter.js') }),
        app('forks', 'forks'),
        app('bare', 'forks', { pmx: false }),
        app('clusters', 'clusters', { pmx: false }),
        app('threads', 'threads'),
        npmApp(pm2),
      );
      for (const [name, line] of Object.entries(TOLD)) {
        const lines = await until(`the line of ${name}`, () => exporterLines(pm2, name));
        t.is(lines.length, 1, `${name}: ${lines.join('\n')}`);
        t.regex(lines[0] ?? '', line, name);
      }
      const [hears] = (await pm2.ready('hears', 1)) as [Instance];
      for (const name of ANSWERING) {
        const [{ id }] = (await pm2.list(name)) as [Instance];
        await until(`an answer of ${name}`, async () => {
          await pm2.call('sendDataToProcessId', { id, topic: 'getMetrics', from: hears.id, data: null });
          const heard = await hears.ask<{ from: string; topic: string }[]>('heard');
          return heard.some(({ from, topic }) => topic === 'returnMetrics' && from === String(id)) || undefined;
        });
        t.is(exporterLines(pm2, name), undefined, name);
      }
      for (const name of ['bare', 'clusters']) t.notRegex(logOf(pm2, name), /has sent axm:/, name);
    });
  });
}

function exporterLines(pm2: Pm2, name: string): string[] | undefined {
  const lines = logOf(pm2, name).split('\n');
  const ours = lines.filter((line) => line.includes('[pm2-exporter]'));
  return ours.length === 0 ? undefined : ours;
}

const asRoot = isRoot && existsSync('/proc') ? test.serial : test.serial.skip;

asRoot('an app of another user that may not use the socket of PM2 says so once, with path and remedy', async (t) => {
  await withPm2(7, async (pm2) => {
    await pm2.start(app('other-user', 'itself', { uid: 'nobody' }));
    const { id } = await until('the app', async () =>
      (await pm2.list('other-user')).find(({ status }) => status === 'online'),
    );
    const lines = await until('the line', async () => {
      await pm2.call('sendDataToProcessId', { id, topic: 'getMetrics', from: id, data: null }).catch(() => undefined);
      return exporterLines(pm2, 'other-user');
    });
    t.is(lines.length, 1);
    t.regex(
      lines[0] ?? '',
      /Answering requests for metrics does not work, .* no connection to .*\/rpc\.sock \(EACCES\)/,
    );
    t.regex(lines[0] ?? '', /uid \d+\) may not use the socket: .*PM2_SOCKET_USER/);
    // What needs no socket works.
    t.is((await pm2.list('other-user'))[0]?.restarts, 0);
  });
});
