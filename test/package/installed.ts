/** Installed packages at work: the exporter in an app and the metrics server, both run by a real PM2. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { freePort } from '../../scripts/lib/ports';
import { withPm2 } from '../support/pm2';
import { until } from '../support/until';
import { run } from './packed';

const PM2 = createRequire(__filename).resolve('pm2/bin/pm2');

/** What the README says, and the server itself where it is started without PM2. */
const RECIPE = ['start', 'node_modules/pm2-cluster-metrics/dist/src/main.js', '--name', 'metrics'] as const;

/** @param folder a project that both packages are installed in */
export async function worksUnderPm2(t: ExecutionContext, folder: string): Promise<void> {
  await withPm2(7, async (pm2) => {
    const port = await freePort();
    await pm2.start({ name: 'shop', script: join(folder, 'shop.cjs'), exec_mode: 'fork' });
    const env = { ...process.env, PM2_HOME: pm2.home, PM2_METRICS_PORT: String(port) };
    await promisify(execFile)(process.execPath, [PM2, ...RECIPE], { cwd: folder, env });

    await until('a probe in pm2 monit', async () => {
      const [shop] = await pm2.list('shop');
      return Object.entries(shop?.monitor ?? {}).some(([name]) => name.startsWith('visits')) || undefined;
    });
    const text = await until('the counter at /metrics', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
      const body = (await response?.text()) ?? '';
      if (!body.includes('visits_total{')) return undefined;
      t.is(response?.headers.get('content-encoding'), 'gzip');
      return body;
    });
    t.regex(text, /^visits_total\{route="\/",.*pm2_app="shop",.*\} 3$/m);
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
