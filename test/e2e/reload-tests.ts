/** The exporter's plugin is reloaded in one process many times: listeners and threads do not pile up, and probes go on. */
import type { TestFn } from 'ava';
import { mashroomApp } from '../support/mashroom';
import type { App, Instance, Pm2 } from '../support/pm2';
import { until } from '../support/until';
import { assertHealthy, statuses } from './assertions';
import type { Shared } from './shared-pm2';

const RELOADS = 12;
const EXPORTER = { intervalMs: 500, mashroomMetrics: ['nodejs_heap_size_used_bytes'] };

interface Vitals {
  readonly listeners: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly threads: number;
  readonly resources: readonly string[];
}

export async function reloadApps(pm2: Pm2): Promise<App[]> {
  return [
    await mashroomApp(pm2, { name: 'copied', installed: 'copy', exporter: EXPORTER }),
    await mashroomApp(pm2, { name: 'linked', installed: 'symlink', exporter: EXPORTER }),
  ];
}

export function reloadTests(test: TestFn, shared: () => Shared): void {
  for (const [name, what] of [
    ['copied', 'as fresh modules'],
    ['linked', 'in the same module instance'],
  ] as const) {
    test.serial(
      `reloaded ${what} ${RELOADS} times, a server has as many threads and listeners as before`,
      async (t) => {
        const { pm2, asker, bystander } = shared();
        const [host] = (await pm2.ready(name, 1)) as [Instance];
        const vitals = () => host.ask<Vitals>('vitals');
        await asker.request(host.id);
        const { workers } = await vitals();
        // Compared with the state after one reload: the first start loads what stays loaded, such as @pm2/io.
        await host.ask('reloadExporter');
        await asker.request(host.id);
        // Threads of the reload before take a moment to end.
        const before = await until('as many worker threads as at first', async () => {
          const now = await vitals();
          return now.workers <= workers ? now : undefined;
        });
        for (let i = 0; i < RELOADS; i++) {
          await host.ask('reloadExporter');
          // Every other reload comes while requests are being answered. Some of these answers may come late.
          if (i % 2 === 0) await bystander.send(host.id, { times: 5 });
        }
        t.is((await asker.request(host.id, { times: 3 })).length, 3);
        const after = await until('as few threads as before', async () => {
          const now = await vitals();
          if (now.workers <= before.workers && now.threads <= before.threads) return now;
          throw new Error(`${now.threads} threads, ${before.threads} before`);
        });
        t.deepEqual(after.listeners, before.listeners);
        t.is(after.workers, before.workers);
        assertHealthy(t, await statuses(host));
      },
    );

    test.serial(`reloaded ${what}, probes are set again`, async (t) => {
      const { pm2, asker } = shared();
      const [host] = (await pm2.ready(name, 1)) as [Instance];
      const heap = async (): Promise<string | number | undefined> =>
        (await pm2.instance(host.id)).monitor['heapUse']?.value;
      await host.ask('reloadCollector');
      await host.ask('reloadExporter');
      t.is((await asker.request(host.id, { times: 2 })).length, 2);
      // PM2 keeps the last values, so that only two changes in a row prove that the probe is set again.
      for (let changes = 0; changes < 2; changes++) {
        const before = await heap();
        await until('a new value', async () => ((await heap()) !== before ? true : undefined));
      }
    });
  }
}
