/** The package as a module of PM2, installed from its folder and from its tarball as `pm2 install` does. */
import test from 'ava';
import { pack } from '../../test/package/packed';
import { built } from '../../test/support/built';
import { withPm2, type Pm2 } from '../../test/support/pm2';
import { until, untilEqual } from '../../test/support/until';
import { get } from './http/running-server';
import { commandsIn, moduleFolder } from './installed-module';
import { answeringApp } from './rounds/pm2-apps';

const NAME = 'pm2-cluster-metrics';
/** Waits for a line in `/metrics` at the address that was logged last. */
function shows(pm2: Pm2, line: string): Promise<true> {
  return until(line, async () => {
    const [, url = ''] = Array.from(pm2.logs().matchAll(/Listening at (http:[^"]+)/g)).at(-1) ?? [];
    return url !== '' && (await get(url, '/metrics')).text.includes(line) ? true : undefined;
  });
}

test('PM2 runs it as a module, with answers of apps and with settings', async (t) => {
  await built();
  await withPm2(7, async (pm2) => {
    const command = commandsIn(pm2, moduleFolder(pm2));
    const status = async (): Promise<string | undefined> => (await pm2.list(NAME))[0]?.status;
    await pm2.start(answeringApp('shop'));
    await command('install', '.');
    const [shop] = await pm2.list('shop');
    await shows(pm2, `pm2_up{pm2_app="shop",pm_id="${shop?.id}"`);

    await command('set', `${NAME}:appLabel`, 'app');
    await shows(pm2, `pm2_up{app="shop",pm_id="${shop?.id}"`);

    await command('set', `${NAME}:prot`, '1');
    await until('end of the module', async () => (await status()) === 'stopped' || undefined);
    const told = `the module setting ${NAME}:prot is unknown, did you mean`;
    // PM2 writes its lines a little later.
    await untilEqual(t, () => pm2.logs().includes(told), true, told);
  });
});

test('pm2 install with the tarball is enough', async (t) => {
  const { tarball, remove } = await pack('server');
  t.teardown(remove);
  await withPm2(7, async (pm2) => {
    await pm2.start(answeringApp('shop'));
    await commandsIn(pm2, pm2.folder)('install', tarball);
    const [shop] = await pm2.list('shop');
    await shows(pm2, `pm2_up{pm2_app="shop",pm_id="${shop?.id}"`);
    t.like((await pm2.list(NAME))[0], { name: NAME, status: 'online', restarts: 0 });
  });
});
