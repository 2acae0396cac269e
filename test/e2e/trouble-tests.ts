/** A metrics collector that fails: the exporter logs it once and goes on when the collector works again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestFn } from 'ava';
import { withoutLoopLines } from '../support/loop-lines';
import { mashroomApp } from '../support/mashroom';
import type { App, Instance, Pm2 } from '../support/pm2';
import { render, renderedInHost } from '../support/rendered';
import { until } from '../support/until';
import { assertHealthy, statuses } from './assertions';
import type { Shared } from './shared-pm2';

const SERIALIZER = '@opentelemetry/exporter-prometheus';
const NAME = 'troubled';
const INTERVAL_MS = 300;

export async function troubleApps(pm2: Pm2): Promise<App[]> {
  const exporter = { intervalMs: INTERVAL_MS, mashroomMetrics: ['mashroom_plugins_total'] };
  // On a busy machine seconds may pass from a reply until the collections are read.
  return [await mashroomApp(pm2, { name: NAME, exporter, kept: 40 })];
}

export function troubleTests(test: TestFn, shared: () => Shared): void {
  let host: Instance;

  test.serial('a server whose collector will be in trouble answers', async (t) => {
    const { pm2, asker } = shared();
    host = (await pm2.ready(NAME, 1))[0] as Instance;
    t.is((await asker.request(host.id)).length, 1);
  });

  /** Whether replies come from what the collector hands out now. */
  const isCurrent = async (): Promise<true | undefined> => {
    const { asker } = shared();
    const [reply] = await asker.request(host.id);
    return reply && (await renderedInHost(host, SERIALIZER)).includes(render(SERIALIZER, reply.data))
      ? true
      : undefined;
  };

  const exporterLines = (from: number): string[] =>
    withoutLoopLines(shared().pm2.logs(NAME).slice(from))
      .split('\n')
      .filter((line) => /\[(WARN|ERROR)\]/.test(line) && !/mashroom\.(plugins|monitoring|health)/.test(line));

  for (const mode of ['throw', 'reject', 'answer late', 'answer nonsense']) {
    test.serial(`after collections that ${mode} the exporter goes on, and has logged it once`, async (t) => {
      const { pm2, asker } = shared();
      await until('current replies', isCurrent);
      const from = pm2.logs(NAME).length;
      await host.ask('trouble', { mode });
      await sleep(INTERVAL_MS * 8);
      // The answer is the last snapshot.
      t.is((await asker.request(host.id)).length, 1);
      assertHealthy(t, await statuses(host));
      await host.ask('trouble', {});
      await until('current replies', isCurrent);
      const lines = exporterLines(from);
      t.true(lines.length <= 2, lines.join('\n'));
    });
  }

  test.serial('a reload of the collector only interrupts the collections for a moment', async (t) => {
    for (let i = 0; i < 3; i++) {
      await host.ask('reloadCollector');
      await until('current replies', isCurrent);
    }
    assertHealthy(t, await statuses(host));
  });

  test.serial('a collector that is gone for a while is found again', async (t) => {
    const folder = await host.ask('removeCollector');
    await sleep(INTERVAL_MS * 4);
    t.is((await shared().asker.request(host.id)).length, 1);
    await host.ask('addCollector', { folder });
    await until('current replies', isCurrent);
    assertHealthy(t, await statuses(host));
  });

  test.serial('the server has seen neither an unhandled rejection nor an uncaught exception', (t) => {
    t.notRegex(shared().pm2.logs(NAME), /Unhandled promise rejection|Uncaught exception/);
  });
}
