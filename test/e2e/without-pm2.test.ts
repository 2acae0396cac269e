/** A server outside PM2: the exporter only logs one line. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { command } from '../support/host-command';
import { mashroomApp } from '../support/mashroom';
import { until } from '../support/until';

test('outside PM2 there are no threads and no connection, and the log has one line', async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pm2-exporter-')));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const control = join(folder, 'control');
  mkdirSync(control);
  const app = await mashroomApp({ folder }, { exporter: { intervalMs: 200 } });
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PM2_|pm_)/.test(name)));
  const child = spawn(process.execPath, [app.script], {
    cwd: app.root,
    env: { ...env, ...app.env, CONTROL_FOLDER: control },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));

  const ask = <T>(what: string, argument?: unknown) => command<T>(join(control, `${child.pid}.sock`), what, argument);
  const plugins = await until('the plugin', async () => {
    const list = await ask<{ name: string; status: string }[]>('plugins');
    return list.every(({ status }) => status === 'loaded') ? list : undefined;
  });
  t.true(plugins.some(({ name }) => name === 'Mashroom Monitoring PM2 Exporter'));
  await sleep(1000);

  const { workersEver } = await ask<{ workersEver: number }>('vitals');
  t.is(workersEver, 0);
  t.is((await ask<string[]>('collected', { serializer: '@opentelemetry/exporter-prometheus' })).length, 0);
  const lines = output.split('\n').filter((line) => line.includes('PM2') && !line.includes('mashroom.plugins'));
  t.is(lines.length, 1, lines.join('\n'));
  t.regex(lines[0] ?? '', /INFO/);
});
