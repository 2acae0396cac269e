/** A server with 20,000 series. */
import type { TestFn } from 'ava';
import { mashroomApp } from '../support/mashroom';
import type { App, Instance, Pm2 } from '../support/pm2';
import { render, renderedInHost } from '../support/rendered';
import { untilEqual } from '../support/until';
import { assertHealthy, assertOneOf, statuses } from './assertions';
import type { Shared } from './shared-pm2';

const SERIES = 20_000;
const SERIALIZER = '@opentelemetry/exporter-prometheus';

export async function largeApps(pm2: Pm2): Promise<App[]> {
  // On a busy machine half a minute may pass from a reply until the collections are read, of which the server keeps a few.
  const exporter = { intervalMs: 60_000, mashroomMetrics: ['shop_*'] };
  return [await mashroomApp(pm2, { name: 'large', series: SERIES, exporter })];
}

export function largeTests(test: TestFn, shared: () => Shared): void {
  test.serial(`${SERIES} series arrive whole, also when asked five times at once`, async (t) => {
    const { pm2, asker } = shared();
    const [host] = (await pm2.ready('large', 1)) as [Instance];
    const replies = await asker.request(host.id, { times: 5 });
    t.is(replies.length, 5);
    const originals = await renderedInHost(host, SERIALIZER);
    for (const { data } of replies.slice(-1)) {
      const text = render(SERIALIZER, data);
      assertOneOf(t, text, originals);
      t.true(text.split('\n').filter((line) => line.startsWith('shop_orders_total{')).length === SERIES);
    }
    // One number stands for all of them.
    const probes = async () =>
      Object.keys((await pm2.instance(host.id)).monitor).filter((name) => name.startsWith('order'));
    await untilEqual(t, probes, ['orders']);
    assertHealthy(t, await statuses(host));
  });
}
