/** The package as a module of PM2: from a folder as `pm2 install` leaves it behind, since that itself needs a network. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { built, PROJECT } from '../../test/support/built';
import { withPm2 } from '../../test/support/pm2';
import { until } from '../../test/support/until';
import { get } from './http/running-server';
import { answeringApp } from './rounds/pm2-apps';

const NAME = 'pm2-cluster-metrics';
const PM2 = createRequire(__filename).resolve('pm2/bin/pm2');

test('PM2 runs it as a module, passes answers on to it, and takes settings for it', async (t) => {
  await built();
  await withPm2(7, async (pm2) => {
    const folder = join(pm2.folder, 'module');
    mkdirSync(folder);
    for (const part of ['package.json', 'dist'])
      cpSync(join(PROJECT, 'server', part), join(folder, part), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    const command = (...args: string[]): Promise<unknown> => {
      const env = { ...process.env, PM2_HOME: pm2.home, PM2_METRICS_PORT: '0' };
      return promisify(execFile)(process.execPath, [PM2, ...args], { cwd: folder, env });
    };
    const status = async (): Promise<string | undefined> => (await pm2.list(NAME))[0]?.status;
    /** The text of `/metrics` at the place that was logged last. */
    const metrics = async (): Promise<string> => {
      const [, url = ''] = Array.from(pm2.logs().matchAll(/Listening at (http:[^"]+)/g)).at(-1) ?? [];
      return (await get(url, '/metrics')).text;
    };
    const shows = (line: string): Promise<true> =>
      until(line, async () => (await metrics()).includes(line) || undefined);

    await pm2.start(answeringApp('shop'));
    await command('install', '.');
    const [shop] = await pm2.list('shop');
    await shows(`pm2_up{pm2_app="shop",pm_id="${shop?.id}"`);

    await command('set', `${NAME}:appLabel`, 'app');
    await shows(`pm2_up{app="shop",pm_id="${shop?.id}"`);

    await command('set', `${NAME}:prot`, '1');
    await until('its end', async () => (await status()) === 'stopped' || undefined);
    t.regex(pm2.logs(), new RegExp(`the module setting ${NAME}:prot is unknown, did you mean`));
  });
});
