/** As many series as an ordinary exporter chokes on. */
import test from 'ava';
import { Asker } from '../support/asker';
import { askerApp, mashroomApp } from '../support/mashroom';
import { withPm2, type Instance } from '../support/pm2';
import { render, renderedInHost } from '../support/rendered';
import { assertHealthy, assertOneOf, statuses } from './assertions';

const SERIES = 20_000;
const SERIALIZER = '@opentelemetry/exporter-prometheus';

test(`${SERIES} series arrive whole, also when asked five times at once`, async (t) => {
  await withPm2(7, async (pm2) => {
    await pm2.start(await mashroomApp(pm2, { series: SERIES, exporter: { mashroomMetrics: ['shop_*'] } }), askerApp());
    const [host] = (await pm2.ready('mashroom', 1)) as [Instance];
    const asker = new Asker((await pm2.ready('asker', 1))[0] as Instance);
    const replies = await asker.request(host.id, { times: 5 });
    t.is(replies.length, 5);
    const originals = await renderedInHost(host, SERIALIZER);
    for (const { data } of replies.slice(-1)) {
      const text = render(SERIALIZER, data);
      assertOneOf(t, text, originals);
      t.true(text.split('\n').filter((line) => line.startsWith('shop_orders_total{')).length === SERIES);
    }
    // Shown as one number: nobody reads so many.
    const probes = Object.keys((await pm2.instance(host.id)).monitor).filter((name) => name.startsWith('shop_orders'));
    t.deepEqual(probes, ['shop_orders[sum]']);
    assertHealthy(t, await statuses(host));
  });
});
