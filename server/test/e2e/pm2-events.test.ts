/** The metrics server over what happens to PM2 itself: its daemon crashes and comes back, an app gets another name. */
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../test/support/built';
import { startPm2, type Pm2 } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';

const SHOP = join(PROJECT, 'test/fixtures/apps/shop.js');

let pm2: Pm2;
let shop: number;
let metrics: number;

test.before(async () => {
  await built();
  pm2 = await startPm2(7);
  [shop, metrics] = [await freePort(), await freePort()];
  await pm2.start(
    { name: 'shop', script: SHOP, exec_mode: 'fork', env: { PORT: String(shop) } },
    { name: 'metrics', script: METRICS_SERVER, exec_mode: 'fork', env: { PM2_METRICS_PORT: String(metrics) } },
  );
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

test.after.always(() => pm2?.close());

const fetchText = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

/** @returns whether nothing listens; `undefined` where something does */
const isRefused = (port: number): Promise<true | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', () => resolve(true));
  });

/** An answer with numbers: on a busy machine the server answers with status 503 now and then. */
const answerOf = (path: string): Promise<string> =>
  until(`answer of ${path}`, async () => {
    const response = await fetch(`http://127.0.0.1:${metrics}${path}`);
    return response.ok ? response.text() : undefined;
  });

test.serial('an app that gets another name is known by that', async (t) => {
  const upAs = (app: string) =>
    until(`${app} up`, async () => {
      const all = await fetchText(metrics, '/metrics');
      return new RegExp(`^pm2_up\\{pm2_app="${app}".*\\} 1$`, 'm').test(all) ? all : undefined;
    });
  t.true((await upAs('shop')).includes('pm2_app="shop"'));
  await pm2.rename('shop', 'store');
  for (const path of ['/metrics', '/sd']) {
    const all = path === '/metrics' ? await upAs('store') : await answerOf(path);
    t.true(all.includes('store') && !all.includes('pm2_app="shop"') && !all.includes('"pm2_app":"shop"'), all);
  }
  // What the process has counted under the former name is shown for a minute more: its last numbers are to be scraped.
  const cluster = await answerOf('/metrics/cluster');
  for (const app of ['shop', 'store']) t.regex(cluster, new RegExp(`^target_info\\{.*pm2_app="${app}"`, 'm'));
});

test.serial(
  "after a crash of PM2's daemon the metrics server is back with the apps, and no sum has dropped",
  async (t) => {
    const order = (path: string) => until('an order', () => fetchText(shop, path));
    const seen: number[] = [];
    const sumOf = (orders: number) =>
      until(`${orders} orders`, async () => {
        const text = await fetchText(metrics, '/metrics/cluster');
        const sum = /^shop_orders_total\{.*\} (\d+)$/m.exec(text)?.[1];
        if (sum !== undefined) seen.push(Number(sum));
        return Number(sum) === orders || undefined;
      });
    for (let i = 0; i < 5; i++) await order('/book');
    await sumOf(5);

    await pm2.killDaemon();
    // An app that still listened would get the orders that the next one is to count.
    for (const port of [metrics, shop]) await until('the end of both', () => isRefused(port));
    await pm2.resurrect();
    for (let i = 0; i < 3; i++) await order('/book');
    await sumOf(8);
    t.deepEqual(
      seen,
      seen.toSorted((one, other) => one - other),
    );
  },
);
