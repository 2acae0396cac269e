/** The page in a real Chromium on a real cluster: its processes, a chart, a reload, and a process that hangs. */
import { join } from 'node:path';
import test from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../test/support/built';
import { startPm2, type Pm2 } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';
import { testInChromium, textsOf } from '../web/support/chromium';

let pm2: Pm2;
let shopUrl: string;
let metricsUrl: string;

test.before(async () => {
  await built();
  pm2 = await startPm2(7);
  const [shopPort, port] = [await freePort(), await freePort()];
  shopUrl = `http://127.0.0.1:${shopPort}`;
  metricsUrl = `http://127.0.0.1:${port}/`;
  const script = join(PROJECT, 'test/fixtures/apps/shop.js');
  const shop = { name: 'shop', script, cwd: PROJECT, exec_mode: 'cluster', instances: 2 } as const;
  const metrics = { name: 'metrics', script: METRICS_SERVER, cwd: pm2.folder, exec_mode: 'fork' } as const;
  await pm2.start(
    { ...shop, env: { PORT: String(shopPort) } },
    { ...metrics, env: { PM2_METRICS_PORT: String(port) } },
  );
  await pm2.ready('shop', 2);
  await until('the server', async () => (await fetch(metricsUrl)).ok || undefined);
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

test.after.always(() => pm2?.close());

async function order(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await (await fetch(`${shopUrl}/orders`)).text();
}

testInChromium('a metric that is searched for, and its numbers over a reload', async (t, { open }) => {
  const page = await open(metricsUrl);
  const ids = (await pm2.ready('shop', 2)).map(({ id }) => String(id));
  await page.locator('.process').nth(1).waitFor();
  t.deepEqual(await textsOf(page, '.process .id'), ids);
  t.deepEqual(await textsOf(page, '.app .app-name'), ['shop']);

  await order(20);
  await page.keyboard.press('/');
  await page.keyboard.type('shop_ord');
  await page.locator('.found button', { hasText: 'shop_orders' }).first().click();
  await page.locator('.card select').first().selectOption('total');
  const value = page.locator('.legend .number');
  await until('20 orders', async () => (await value.innerText()) === '20' || undefined);

  const overview = await open(metricsUrl);
  await overview.locator('.process').nth(1).waitFor();
  const panel = overview.locator('.reload');
  const seen = panel.waitFor();
  await pm2.reload('shop');
  await seen;
  await overview.locator('.reload h2', { hasText: 'Reloaded' }).waitFor();
  // A process that has ended before the next round was never beside the new one.
  const pairs = await textsOf(overview, '.pairs th[scope=row]');
  t.true(pairs.length > 0 && pairs.every((id) => ids.includes(id)), pairs.join());
  await order(10);
  await until('all orders', async () => (await value.innerText()) === '30' || undefined);
  const reloads = overview.locator('.events .kind', { hasText: 'reload' });
  await until('a mark of each reload', async () => ((await reloads.count()) === 2 ? true : undefined));
});

testInChromium('a process that hangs is said to, until it goes on', async (t, { open }) => {
  const page = await open(metricsUrl);
  await page.locator('.process').nth(1).waitFor();
  const [first] = await pm2.ready('shop', 2);
  const hung = page.locator('.why, .blocked');
  t.is(await hung.count(), 0);
  await first?.ask('block', 8000);
  await hung.first().waitFor();
  t.is(await page.locator('.process').count(), 2);
  await hung.first().waitFor({ state: 'detached' });
});
