/** The probes under a real PM2. */
import type { TestFn } from 'ava';
import { join } from 'node:path';
import { withPm2, type App, type Instance, type Pm2Version } from '../support/pm2';
import { until } from '../support/until';

const PROJECT = join(__dirname, '..', '..');
const NAMES = ['gauge', 'rate', 'up'];
const VALUES = [
  { name: 'gauge', value: '1.5' },
  { name: 'rate', value: '2', unit: '1/s' },
  { name: 'up', value: 'Infinity' },
];

interface State {
  readonly injected: boolean;
  readonly probes: readonly string[];
  readonly handlers: readonly number[];
}

const app = (name: string, exec_mode: App['exec_mode'], options: object = {}): App => ({
  name,
  exec_mode,
  script: join(__dirname, 'pm2-app.js'),
  cwd: PROJECT,
  ...options,
});

export function probeTests(test: TestFn, version: Pm2Version): void {
  test.serial(`PM2 ${version} shows the probes, and its own before, meanwhile and after`, async (t) => {
    t.timeout(600_000);
    await withPm2(version, async (pm2) => {
      await pm2.start(app('cluster', 'cluster'), app('fork', 'fork'), app('bare', 'fork', { pmx: false }));
      for (const name of ['cluster', 'fork', 'bare']) {
        const [{ ask }] = (await pm2.ready(name, 1)) as [Instance];
        const monitor = async (): Promise<Instance['monitor']> => (await pm2.list(name))[0]?.monitor ?? {};
        const renewed = async (probe: string): Promise<true> => {
          const before = await monitor();
          return until(`a new ${probe} of ${name}`, async () => {
            const { value } = (await monitor())[probe] ?? {};
            return value !== undefined && value !== before[probe]?.value ? true : undefined;
          });
        };
        const injected = name !== 'bare';
        const before = await ask<State>('state');
        t.is(before.injected, injected, name);
        if (injected) t.true(await renewed('Used Heap Size'), name);

        for (let round = 0; round < 2; round++) {
          await ask('start', { values: VALUES });
          const shown = await until(`the probes of ${name}`, async () => {
            const now = await monitor();
            return now['gauge']?.value === 1.5 && now['Network In'] ? now : undefined;
          });
          t.is(shown['rate']?.value, 2);
          t.is(shown['rate']?.unit, '1/s');
          t.is(shown['up']?.value, '+Inf');
          t.true(await renewed('Used Heap Size'), name);
          t.deepEqual((await ask<State>('state')).handlers, before.handlers, name);

          await ask('stop');
          await until(
            `the end of the probes of ${name}`,
            async () => (await monitor())['gauge']?.value === '-' || undefined,
          );
          const gone = await monitor();
          for (const probe of [...NAMES, 'Network In', 'Network Out'])
            t.is(gone[probe]?.value, '-', `${name} ${probe}`);
          const after = await ask<State>('state');
          t.deepEqual(after.probes, before.probes, name);
          t.deepEqual(after.handlers, before.handlers, name);
          if (injected) t.true(await renewed('Used Heap Size'), name);
        }
        t.is((await pm2.list(name))[0]?.restarts, 0);
      }
    });
  });
}
