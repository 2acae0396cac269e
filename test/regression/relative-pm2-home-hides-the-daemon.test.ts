/** PM2 passes a relative PM2_HOME on to apps that run in another folder. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { Daemon } from '../../core/pm2/daemon';
import { takeDown } from '../../scripts/lib/pm2-home';
import { built } from '../support/built';
import { command } from '../support/host-command';
import { until } from '../support/until';

const APPS = join(__dirname, '..', 'fixtures', 'apps');
const BIN = join(dirname(require.resolve('pm2/package.json')), 'bin', 'pm2');

test.before(built);

test('an app in another folder than the one where pm2 was called is asked and answers', async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pm2-exporter-')));
  const [home, control, elsewhere] = ['pm2', 'control', 'elsewhere'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [home, control, elsewhere]) mkdirSync(path);
  writeFileSync(join(home, 'touch'), '');
  const daemon = new Daemon({ kind: 'path', path: join(home, 'rpc.sock') }, { maxPauseMs: 500 });
  t.teardown(async () => {
    daemon.close();
    await takeDown(folder, BIN);
  });
  const common = { exec_mode: 'fork', cwd: elsewhere, env: { ROLE: 'itself', CONTROL_FOLDER: control } };
  const apps = ['places', 'hears'].map((name) => ({ ...common, name, script: join(APPS, `${name}.js`) }));
  writeFileSync(join(folder, 'ecosystem.json'), JSON.stringify({ apps }));
  const own = Object.entries(process.env).filter(([name]) => !/^(PM2_|pm_|NODE_CHANNEL_)/.test(name));
  const started = spawnSync(process.execPath, [BIN, 'start', 'ecosystem.json'], {
    cwd: folder,
    env: { ...Object.fromEntries(own), PM2_HOME: 'pm2' },
    encoding: 'utf8',
  });
  t.is(started.status, 0, started.stderr);
  const list = (await daemon.call('getMonitorData', {}, 30_000)) as { name: string; pm_id: number; pid: number }[];
  const [places, hears] = ['places', 'hears'].map((name) => list.find((one) => one.name === name));
  await until('an answer', async () => {
    const packet = { id: places?.pm_id, topic: 'getMetrics', from: hears?.pm_id, data: null };
    await daemon.sendDataToProcessId([Buffer.from(JSON.stringify(packet))], 30_000);
    const heard = await command<{ topic: string }[]>(join(control, `${hears?.pid}.sock`), 'heard');
    return heard.some(({ topic }) => topic === 'returnMetrics') || undefined;
  });
  t.pass();
});
