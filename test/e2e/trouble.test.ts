/** A metrics collector in trouble: the exporter outlives it, says so once, and goes on when it is back. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Asker } from '../support/asker';
import { askerApp, mashroomApp } from '../support/mashroom';
import { startPm2, type Instance, type Pm2 } from '../support/pm2';
import { render, renderedInHost } from '../support/rendered';
import { until } from '../support/until';
import { assertHealthy, statuses } from './assertions';

const SERIALIZER = '@opentelemetry/exporter-prometheus';
const INTERVAL_MS = 300;

let pm2: Pm2;
let host: Instance;
let asker: Asker;

test.before(async () => {
  pm2 = await startPm2(7);
  const exporter = { intervalMs: INTERVAL_MS, mashroomMetrics: ['mashroom_plugins_total'] };
  await pm2.start(await mashroomApp(pm2, { exporter }), askerApp());
  host = (await pm2.ready('mashroom', 1))[0] as Instance;
  asker = new Asker((await pm2.ready('asker', 1))[0] as Instance);
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

test.after.always(async () => {
  await pm2?.close();
});

/** Whether replies come from what the collector hands out now. */
async function isCurrent(): Promise<true | undefined> {
  const [reply] = await asker.request(host.id);
  return reply && (await renderedInHost(host, SERIALIZER)).includes(render(SERIALIZER, reply.data)) ? true : undefined;
}

function exporterLines(from: number): string[] {
  return pm2
    .logs()
    .slice(from)
    .split('\n')
    .filter((line) => /\[(WARN|ERROR)\]/.test(line) && !/mashroom\.(plugins|monitoring|health)/.test(line));
}

for (const mode of ['throw', 'reject', 'answer late', 'answer nonsense']) {
  test.serial(`after collections that ${mode} the exporter goes on, and has logged it once`, async (t) => {
    await until('current replies', isCurrent);
    const from = pm2.logs().length;
    await host.ask('trouble', { mode });
    await sleep(INTERVAL_MS * 8);
    // The last snapshot is what there is.
    t.is((await asker.request(host.id)).length, 1);
    assertHealthy(t, await statuses(host));
    await host.ask('trouble', {});
    await until('current replies', isCurrent);
    const lines = exporterLines(from);
    t.true(lines.length <= 2, lines.join('\n'));
  });
}

test.serial('a reload of the collector is no more than a gap', async (t) => {
  for (let i = 0; i < 3; i++) {
    await host.ask('reloadCollector');
    await until('current replies', isCurrent);
  }
  assertHealthy(t, await statuses(host));
});

test.serial('a collector that is gone for a while is found again', async (t) => {
  const folder = await host.ask('removeCollector');
  await sleep(INTERVAL_MS * 4);
  t.is((await asker.request(host.id)).length, 1);
  await host.ask('addCollector', { folder });
  await until('current replies', isCurrent);
  assertHealthy(t, await statuses(host));
});

test.serial('the server has seen neither an unhandled rejection nor an uncaught exception', (t) => {
  t.notRegex(pm2.logs(), /Unhandled promise rejection|Uncaught exception/);
});
