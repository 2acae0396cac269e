/** The exporter's plugin reloaded in one process, many times over: nothing may pile up, and nothing may stop. */
import test from 'ava';
import { Asker } from '../support/asker';
import { askerApp, mashroomApp } from '../support/mashroom';
import { startPm2, type Instance, type Pm2 } from '../support/pm2';
import { until } from '../support/until';
import { assertHealthy, statuses } from './assertions';

const RELOADS = 12;
const EXPORTER = { intervalMs: 500, mashroomMetrics: ['nodejs_heap_size_used_bytes'] };

interface Vitals {
  readonly listeners: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly threads: number;
  readonly resources: readonly string[];
}

let pm2: Pm2;
let asker: Asker;

test.before(async () => {
  pm2 = await startPm2(7);
  await pm2.start(
    await mashroomApp(pm2, { name: 'copied', installed: 'copy', exporter: EXPORTER }),
    await mashroomApp(pm2, { name: 'linked', installed: 'symlink', exporter: EXPORTER }),
    askerApp(),
  );
  asker = new Asker((await pm2.ready('asker', 1))[0] as Instance);
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

test.after.always(async () => {
  await pm2?.close();
});

for (const [name, what] of [
  ['copied', 'as fresh modules'],
  ['linked', 'in the same module instance'],
] as const) {
  test.serial(`reloaded ${what} ${RELOADS} times, a server has as many threads and listeners as before`, async (t) => {
    const [host] = (await pm2.ready(name, 1)) as [Instance];
    // The second life is the measure: the first one loads what stays loaded, such as @pm2/io.
    await host.ask('reloadExporter');
    await asker.request(host.id);
    const before = await host.ask<Vitals>('vitals');
    for (let i = 0; i < RELOADS; i++) {
      await host.ask('reloadExporter');
      // With work under way at the next reload, every other time.
      if (i % 2 === 0) await asker.send(host.id, { times: 5 });
    }
    t.is((await asker.request(host.id, { times: 3 })).length, 3);
    const after = await host.ask<Vitals>('vitals');
    t.deepEqual(after.listeners, before.listeners);
    t.is(after.workers, before.workers);
    t.true(after.threads <= before.threads, `${after.threads} threads, ${before.threads} before`);
    assertHealthy(t, await statuses(host));
  });

  test.serial(`reloaded ${what}, probes are set again`, async (t) => {
    const [host] = (await pm2.ready(name, 1)) as [Instance];
    const heap = async (): Promise<string | number | undefined> =>
      (await pm2.instance(host.id)).monitor['nodejs_heap_size_used_bytes']?.value;
    await host.ask('reloadCollector');
    await host.ask('reloadExporter');
    t.is((await asker.request(host.id, { times: 2 })).length, 2);
    // PM2 keeps what it was told before: that a number changes, and does so again, is what tells.
    for (let changes = 0; changes < 2; changes++) {
      const before = await heap();
      await until('a new value', async () => ((await heap()) !== before ? true : undefined));
    }
  });
}
