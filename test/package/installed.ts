/** Installed packages at work: the exporter in an app and the metrics server, both run by a real PM2. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { freePort } from '../../scripts/lib/ports';
import { withPm2, type Pm2 } from '../support/pm2';
import { until } from '../support/until';
import { run } from './packed';

const PM2 = createRequire(__filename).resolve('pm2/bin/pm2');

/** What the README says, and the server itself where it is started without PM2. */
const RECIPE = ['start', 'node_modules/pm2-cluster-metrics/dist/src/main.js', '--name', 'metrics'] as const;

const VISITS = /^visits_total\{route="\/",.*pm2_app="shop",.*\} 3$/m;

/** An app that counts three visits: by itself, or those that are made where it says by which port it listens. */
export interface Shop {
  readonly script: string;
  readonly args?: readonly string[];
  readonly port?: number;
}

/** @param folder a project that both packages are installed in */
export async function worksUnderPm2(
  t: ExecutionContext,
  folder: string,
  shop: Shop = { script: 'shop.cjs' },
): Promise<void> {
  await withPm2(7, async (pm2) => {
    const port = await freePort();
    await startShop(pm2, folder, shop);
    if (shop.port !== undefined) for (let visit = 0; visit < 3; visit++) await visitShop(shop.port);
    const env = { ...process.env, PM2_HOME: pm2.home, PM2_METRICS_PORT: String(port) };
    await promisify(execFile)(process.execPath, [PM2, ...RECIPE], { cwd: folder, env });

    await until('a probe in pm2 monit', async () => {
      const [shop] = await pm2.list('shop');
      return Object.entries(shop?.monitor ?? {}).some(([name]) => name.startsWith('visits')) || undefined;
    });
    const response = await until('three visits at /metrics', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      return VISITS.test(await answer.text()) ? answer : undefined;
    });
    t.is(response.headers.get('content-encoding'), 'gzip');
  });
}

export async function startShop(pm2: Pm2, folder: string, { script, args = [], port }: Shop): Promise<void> {
  const env = port === undefined ? {} : { PORT: String(port) };
  await pm2.start({ name: 'shop', script: join(folder, script), args, cwd: folder, exec_mode: 'fork', env });
}

/** Resolves when the shop has answered one visit. */
export async function visitShop(port: number): Promise<void> {
  await until('an answer of the shop', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    return response.ok || undefined;
  });
}

/** The plugin's bootstrap, as Mashroom finds it. */
export async function hasBootstrap(t: ExecutionContext, folder: string): Promise<void> {
  const script = `
    const name = '@mashroom/mashroom-monitoring-pm2-exporter';
    const path = require('node:path');
    const folder = path.dirname(require.resolve(name + '/package.json'));
    const [{ bootstrap }] = require(path.join(folder, 'mashroom.json')).plugins;
    console.log(typeof require(path.join(folder, bootstrap)).default);
  `;
  const { stdout, stderr } = await run(folder, process.execPath, '-e', script);
  t.is(stdout, 'function\n', stderr);
}
