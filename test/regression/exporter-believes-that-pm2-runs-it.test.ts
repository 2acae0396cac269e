/**
 * Processes that have a `pm_id` and that PM2 does not run, or does not run directly: each is told what it is, and nothing
 * is sent to a parent that is not PM2. Those that PM2 runs answer, whatever their interpreter.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { built } from '../support/built';
import { APPS, exporterLines, placesApp } from '../support/places';
import { withPm2, type App, type Instance, type Pm2, type Pm2Version } from '../support/pm2';
import { until } from '../support/until';

function npmApp(pm2: Pm2): App {
  const cwd = join(pm2.folder, 'by-npm');
  mkdirSync(cwd);
  const start = `node ${join(APPS, 'places.js')}`;
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'by-npm', version: '1.0.0', scripts: { start } }));
  return placesApp('by-npm', 'itself', { script: 'npm', args: 'start', cwd });
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
    t.timeout(600_000);
    await withPm2(version, async (pm2) => {
      await pm2.start(
        placesApp('hears', '', { script: join(APPS, 'hears.js') }),
        placesApp('fork', 'itself'),
        placesApp('cluster', 'itself', { exec_mode: 'cluster' }),
        placesApp('without-pmx', 'itself', { pmx: false }),
        placesApp('interpreted', 'itself', { interpreter: join(APPS, 'interpreter.js') }),
        placesApp('forks', 'forks'),
        placesApp('bare', 'forks', { pmx: false }),
        placesApp('clusters', 'clusters', { pmx: false }),
        placesApp('threads', 'threads'),
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
      for (const name of ['bare', 'clusters']) t.notRegex(pm2.logs(name), /has sent axm:/, name);
    });
  });
}
