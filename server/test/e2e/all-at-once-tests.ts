/**
 * PM2 ends all apps at once: with the metrics server as a module, which `all` leaves alone, nothing that was counted is lost.
 * Once PM2 is ending a process, its daemon passes no message on to it, so that a server which is an app cannot hear them.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestFn } from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, PROJECT } from '../../../test/support/built';
import { withPm2, type App, type Pm2, type Pm2Version } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';
import { commandsIn, moduleFolder } from '../installed-module';

const SCRIPT = join(PROJECT, 'test/fixtures/apps/tallies.js');
const COUNTS = 600;

const APPS: readonly App[] = [
  { name: 'forked', script: SCRIPT, exec_mode: 'fork', instances: 2, kill_timeout: 60_000 },
  { name: 'clustered', script: SCRIPT, exec_mode: 'cluster', instances: 2, kill_timeout: 60_000 },
];

const WAYS: Readonly<Record<string, (pm2: Pm2) => Promise<void>>> = {
  'restart all': (pm2) => pm2.restart('all'),
  'reload all': (pm2) => pm2.reload('all'),
  async 'stop all'(pm2) {
    await pm2.stop('all');
    await pm2.restart('all');
  },
  'delete all': (pm2) => pm2.delete('all'),
};

export function allAtOnceTests(test: TestFn, version: Pm2Version): void {
  test(`PM2 ${version}: all counts outlive ${Object.keys(WAYS).join(', ')} where the server is a module`, async (t) => {
    t.timeout(600_000);
    await built();
    await withPm2(version, async (pm2) => {
      const port = await freePort();
      const env = { PM2_METRICS_PORT: String(port), PM2_METRICS_STATE_FILE: join(pm2.folder, 'sums') };
      await commandsIn(pm2, moduleFolder(pm2), env)('install', '.');
      await pm2.start(...APPS);
      const dips: string[] = [];
      const shown = new Map<string, number>();
      const hasAll = (): Promise<true> =>
        until('all counts', async () => {
          const sums = await scrape(port);
          for (const [app, sum] of sums) {
            if (sum < (shown.get(app) ?? 0)) dips.push(`${app}: ${sum} after ${shown.get(app)}`);
            shown.set(app, sum);
          }
          const missing = APPS.filter(({ name }) => sums.get(name) !== tally(pm2, name));
          if (missing.length === 0) return true as const;
          throw new Error(missing.map(({ name }) => `${name}: ${sums.get(name)} of ${tally(pm2, name)}`).join());
        });
      const instances = async () => {
        const lists = await Promise.all(APPS.map(({ name, instances = 1 }) => pm2.ready(name, instances)));
        const all = lists.flat();
        // What ends before it has been asked does not know the server.
        for (const { ask } of all) {
          await until('a request', async () => (await ask<number>('requests')) > 0 || undefined);
        }
        return all;
      };
      for (const one of await instances()) await one.ask('count', 1);
      await hasAll();
      let expected = 2;
      for (const [way, act] of Object.entries(WAYS)) {
        for (const one of await instances()) await one.ask('count', COUNTS);
        await act(pm2);
        expected += 2 * COUNTS;
        await hasAll().catch((error: unknown) => {
          t.log(way, pm2.logs('pm2-cluster-metrics').slice(-3000));
          throw error;
        });
        for (const { name } of APPS) t.is(tally(pm2, name), expected, `${way}: ${name}`);
      }
      t.deepEqual(dips, []);
    });
  });
}

async function scrape(port: number): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics/cluster`)).text();
  const lines = text.matchAll(/^counted_total\{.*pm2_app="([^"]*)".*\} (\d+)$/gm);
  return new Map([...lines].map(([, app = '', sum]) => [app, Number(sum)]));
}

/** What all processes of the app have counted. */
function tally({ folder }: Pm2, app: string): number {
  return statSync(join(folder, 'control', `${app}.tally`), { throwIfNoEntry: false })?.size ?? 0;
}
