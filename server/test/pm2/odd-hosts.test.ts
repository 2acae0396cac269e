/** Both programs, as they are published, on hosts that are set up in an odd way. */
import { join } from 'node:path';
import test from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../test/support/built';
import { withPm2 } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';

const SHOP = join(PROJECT, 'test/fixtures/apps/shop.js');

test.before(built);

for (const mode of ['delete', 'throw']) {
  const home = `a home#with?all ${mode}-`;
  test(`under --disable-proto=${mode}, in a home with a space, # and ?, the metrics are complete`, async (t) => {
    await withPm2(
      7,
      async (pm2) => {
        const [shop, metrics] = [await freePort(), await freePort()];
        const text = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
        const node_args = [`--disable-proto=${mode}`];
        await pm2.start(
          { name: 'shop', script: SHOP, exec_mode: 'fork', node_args, env: { PORT: String(shop) } },
          {
            name: 'metrics',
            script: METRICS_SERVER,
            exec_mode: 'fork',
            node_args,
            env: { PM2_METRICS_PORT: String(metrics) },
          },
        );
        try {
          await until('an order', () => text(shop, '/book'));
          for (const path of ['/metrics', '/metrics/cluster']) {
            await until(`the order in ${path}`, async () =>
              /^shop_orders_total\{.*route="\/book".*\} 1$/m.test(await text(metrics, path)) ? true : undefined,
            );
          }
          // What `pm2 monit` shows of the shop comes by the @pm2/io that PM2 has injected.
          await until('a probe', async () => {
            const [app] = await pm2.list('shop');
            return Object.keys(app?.monitor ?? {}).length > 0 ? true : undefined;
          });
          t.deepEqual(
            (await pm2.list()).map(({ name, status, restarts }) => [name, status, restarts]),
            [
              ['shop', 'online', 0],
              ['metrics', 'online', 0],
            ],
          );
        } catch (error) {
          t.log(pm2.logs().slice(-6000));
          throw error;
        }
      },
      home,
    );
  });
}
