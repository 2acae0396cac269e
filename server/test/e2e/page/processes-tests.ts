/** What happens to processes: a reload, a stop by a signal, a hang, a crash. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { until, untilEqual } from '../../../../test/support/until';
import { axeObjections } from '../../web/support/axe';
import { pointToMark, textsOf } from '../../web/support/chromium';
import { partOf, search, testOnCluster } from './cluster';

const ORDERS = '#metrics?chart=shop_orders*total**shop*';

/** The number of the only series of the only chart, once it is at least `least`. */
async function shownNumber(page: Page, least: number): Promise<number> {
  const number = page.locator('.legend .number');
  return await until(`${least} in the legend`, async () => {
    const text = await number.innerText();
    // It has none at first.
    return /\d/.test(text) && Number(text) >= least ? Number(text) : undefined;
  });
}

async function processes(page: Page): Promise<Locator> {
  const all = partOf(page, 'shop').locator('.process');
  await all.nth(1).waitFor();
  return all;
}

async function isWell(process: Locator): Promise<void> {
  await process.locator('.state.good', { hasText: 'online' }).waitFor();
  await process.locator('.why').waitFor({ state: 'detached' });
}

export function testProcesses(): void {
  testOnCluster('a metric that is searched for, and its numbers over a reload', async (t, { pm2, open, order }) => {
    const page = await open();
    const ids = (await pm2.ready('shop', 2)).map(({ id }) => String(id));
    await processes(page);
    t.deepEqual(await partOf(page, 'shop').locator('.process .id').allInnerTexts(), ids);

    await order(20);
    await search(page, 'shop_ord');
    await page.locator('.found button', { hasText: 'shop_orders' }).first().click();
    await page.locator('.card select').first().selectOption('total');
    t.is(await shownNumber(page, 20), 20);

    const overview = await open();
    await processes(overview);
    const seen = overview.locator('.reload').waitFor();
    await pm2.reload('shop');
    await seen;
    t.deepEqual(await axeObjections(overview), []);
    await overview.locator('.reload h2', { hasText: 'Reloaded' }).waitFor();
    // A pair is shown even if the old process ended before the next round, and was never seen beside the new one.
    await overview.locator('.pairs th[scope=row]').nth(1).waitFor();
    t.deepEqual(await textsOf(overview, '.pairs th[scope=row]'), ids);
    await order(10);
    t.is(await shownNumber(page, 30), 30);
    const reloads = overview.locator('.events .kind', { hasText: 'reload' });
    await until('a mark of each reload', async () => ((await reloads.count()) === 2 ? true : undefined));
  });

  testOnCluster('a process that a signal has stopped is shown as unanswered, until it goes on', async (t, context) => {
    const { pm2, open } = context;
    const [first] = await pm2.ready('shop', 2);
    const page = await open();
    const shop = await processes(page);
    const [stopped, other] = [shop.nth(0), shop.nth(1)];
    await isWell(stopped);
    process.kill(first!.pid, 'SIGSTOP');
    try {
      await stopped.locator('.why').waitFor();
      t.regex(await stopped.locator('.why').innerText(), /^it has (not answered|left several requests)/);
      // Its last numbers stay, and nothing is claimed of its event loop.
      t.regex(await stopped.locator('.memory .number').innerText(), /\d/);
      // It may have answered an earlier round meanwhile.
      await stopped.locator('.state.warn', { hasText: 'unanswered' }).waitFor();
      // Another one may have missed a round of a busy machine.
      await until('no other', async () => (await page.locator('.state.warn').count()) === 1 || undefined);
      t.is(await page.locator('.blocked').count(), 0);
      await isWell(other);
      t.is(await stopped.locator('.why').count(), 1);
      t.deepEqual(await axeObjections(page), []);
    } finally {
      process.kill(first!.pid, 'SIGCONT');
    }
    await isWell(stopped);
    const events = page.locator('.events li', { hasText: `shop ${first!.id}` });
    t.is(await events.locator('.kind.warn').count(), 0);
  });

  testOnCluster(
    'a process that hangs is shown as blocked, with its stack, until it goes on',
    async (t, { pm2, open }) => {
      const [first] = await pm2.ready('shop', 2);
      const page = await open();
      const shop = await processes(page);
      const panel = page.locator('.blocked');
      t.is(await panel.count(), 0);
      const goesOn = join(pm2.folder, 'goes-on');
      await first!.ask('hangUntil', goesOn);
      await panel.waitFor();
      t.regex(
        await panel.locator('h2').innerText(),
        new RegExp(`^shop ${first!.id}: its event loop has not turned for \\d+ s$`),
      );
      await panel.locator('pre', { hasText: /at theHang \(.*shop\.js:\d+:\d+\)/ }).waitFor();
      await shop.nth(0).locator('.state.warn', { hasText: 'blocked' }).waitFor();
      t.is(await shop.count(), 2);
      t.deepEqual(await axeObjections(page), []);
      writeFileSync(goesOn, '');
      await panel.waitFor({ state: 'detached' });
      await isWell(shop.nth(0));
      const events = page.locator('.events li', { hasText: `shop ${first!.id}` });
      const kinds = async () => (await events.locator('.kind').allInnerTexts()).slice(0, 2);
      await untilEqual(t, kinds, ['turns', 'blocked']);
    },
  );

  testOnCluster(
    'a crash is listed with its exit code and marked, and no count that was shown is lost',
    async (t, context) => {
      const { pm2, open, order } = context;
      const chart = await open(ORDERS);
      const page = await open();
      await processes(page);
      const before = await shownNumber(chart, 0);
      await order(5);
      t.is(await shownNumber(chart, before + 5), before + 5);
      const [first] = await pm2.ready('shop', 2);
      await first!.ask('crash', 3).catch(() => undefined);
      const event = page.locator('.events li', { hasText: 'exit code 3' });
      await event.waitFor();
      const [, second] = await pm2.ready('shop', 2);
      const now = await pm2.instance(first!.id);
      const text = `Process ${first!.pid} has ended with exit code 3, and PM2 has started ${now.pid}`;
      t.regex((await event.innerText()).replace(/\s+/g, ' '), new RegExp(`^[\\d:]+ exit shop ${first!.id} ${text}$`));
      t.not(second!.pid, now.pid);
      const crashed = (await processes(page)).nth(0);
      await crashed.locator('.restarts .number', { hasText: new RegExp(`^${first!.restarts + 1}$`) }).waitFor();
      await isWell(crashed);
      await order(5);
      t.is(await shownNumber(chart, before + 10), before + 10);
      await pointToMark(chart, `exit: shop ${first!.id} ${text}`);
    },
  );
}
