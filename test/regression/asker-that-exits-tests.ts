/** Several processes answer one that has exited right after asking, which could end PM2's daemon. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestFn } from 'ava';
import { PROJECT } from '../support/built';
import { withPm2, type App, type Pm2Version } from '../support/pm2';
import { until } from '../support/until';

const fixture = (name: string): string => join(__dirname, '..', 'fixtures', 'apps', name);
const ROUNDS = 6;

export function askerThatExitsTests(test: TestFn, version: Pm2Version): void {
  test(`PM2 ${version}: its daemon outlives askers that exit right after asking four processes`, async (t) => {
    t.timeout(600_000);
    await withPm2(version, async (pm2) => {
      const node_args = ['--require=ts-node/register/transpile-only'];
      const exporting = { name: 'exporting', script: fixture('exports.js'), cwd: PROJECT, instances: 4, node_args };
      await pm2.start({ ...exporting, exec_mode: 'fork' });
      const instances = await pm2.ready('exporting', 4);
      const daemon = (): string => readFileSync(join(pm2.home, 'pm2.pid'), 'utf8');
      const before = daemon();
      const ASK = JSON.stringify(instances.map(({ id }) => id));
      for (const exec_mode of ['cluster', 'fork'] as const) {
        const asker = { name: `asker-${exec_mode}`, script: fixture('asks-and-exits.js'), exec_mode, env: { ASK } };
        // Its arguments are no part of an App, since no other test needs them.
        await pm2.start({ ...asker, autorestart: false } as App);
        const [{ id } = { id: -1 }] = await pm2.list(asker.name);
        for (let round = 0; round < ROUNDS; round++) {
          await until('the end of the asker', async () => (await pm2.instance(id)).status === 'stopped' || undefined);
          await sleep(300);
          await pm2.call('restartProcessId', { id, env: {} });
        }
      }
      t.is(daemon(), before);
      t.deepEqual(
        (await pm2.ready('exporting', 4)).map(({ pid }) => pid),
        instances.map(({ pid }) => pid),
      );
    });
  });
}
