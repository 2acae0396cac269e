/** What all views share: connection, log-in, accessibility, narrow screens. */
import type { Page } from 'playwright-core';
import { until } from '../../../test/support/until';
import { axeObjections } from './support/axe';
import { sidewaysPixels, testPage } from './support/browser';
import { textsOf } from './support/chromium';
import type { ContractServer } from './support/contract-server';
import { metric, row } from './support/cluster';

const LONG = 'a-name-that-is-as-long-as-names-of-services-can-be';
const VIEWS = ['#overview', '#metrics?chart=queue_length*avg*route**', '#cardinality'];

function withAll(server: ContractServer): void {
  const now = Date.now();
  server.processes = [
    row(0, LONG, { blockedSince: now, stack: `at ${'very'.repeat(60)} (file.js:1:1)\n`.repeat(40), errors: 3 }),
    row(1, LONG, { run: 'old', status: 'leaving' }),
    row(1, LONG, { odd: 'latency', why: 'it has never answered' }),
    row(2, 'down', { status: 'errored' }),
  ];
  server.marks = Array.from({ length: 20 }, (_, at) => [now - at * 1000, 'exit', LONG, 0, 'exited with code 1']);
  server.found = { metrics: Array.from({ length: 60 }, (_, at) => metric(`queue_length_${at}`)), total: 70 };
  const names = Array.from({ length: 21 }, (_, at) => `/${LONG}/${at}`);
  server.describe = () => ({ unit: 's', names, hasOther: true, past: [[now], names.map(() => [1])] });
  const attributes = Array.from({ length: 9 }, (_, at) => ({ name: `attribute_${at}`, values: at, grown: at }));
  const processes = [{ pmId: 0, series: 5 }];
  server.cardinality = {
    ...{ series: 5, since: now },
    metrics: [{ metric: `${LONG}_total`, app: LONG, series: 5, grown: 5, attributes, processes }],
  };
}

async function rendered(page: Page): Promise<void> {
  await page.locator('.events li, .legend li, .cardinality tbody tr').first().waitFor();
}

export function testFrame(): void {
  for (const colorScheme of ['light', 'dark'] as const) {
    testPage(`axe has no objections to any view, ${colorScheme}`, async (t, { server, open, complaints }) => {
      withAll(server);
      for (const view of VIEWS) {
        const page = await open(view, { colorScheme });
        await rendered(page);
        t.deepEqual(await axeObjections(page), [], view);
      }
      server.credentials = { user: 'ann', password: 'right' };
      const login = await open('', { colorScheme });
      t.deepEqual(await axeObjections(login), []);
      complaints.length = 0;
    });
  }

  testPage('nothing is wider than a narrow screen', async (t, { server, open }) => {
    withAll(server);
    for (const view of VIEWS) {
      const page = await open(view, { viewport: { width: 375, height: 700 } });
      await rendered(page);
      t.is(await sidewaysPixels(page), 0, view);
      t.deepEqual(await axeObjections(page), [], view);
    }
  });

  testPage('light or dark by a switch too, which the browser keeps', async (t, { server, open }) => {
    server.processes = [row(0, 'shop')];
    const page = await open('', { colorScheme: 'light' });
    const back = 'getComputedStyle(document.body).backgroundColor';
    const light = await page.evaluate(back);
    await page.getByLabel('Light or dark').selectOption('dark');
    t.not(await page.evaluate(back), light);
    await page.reload();
    t.not(await page.evaluate(back), light);
    await page.getByLabel('Light or dark').selectOption('light');
    t.is(await page.evaluate(back), light);
  });

  testPage('the keyboard reaches all, and one sees where it is', async (t, { server, open }) => {
    server.processes = [row(0, 'shop')];
    const page = await open('#metrics');
    server.found = { metrics: [], total: 0 };
    await page.locator('#search').waitFor();
    const reached: string[] = [];
    for (let presses = 0; presses < 8; presses++) {
      await page.keyboard.press('Tab');
      const [name, outline] = await page.evaluate<[string, string]>(`(() => {
        const focused = document.activeElement;
        return [focused.id || focused.textContent.trim().slice(0, 11), getComputedStyle(focused).outlineStyle];
      })()`);
      reached.push(name);
      t.is(outline, 'solid', name);
    }
    t.deepEqual(reached.slice(0, 6), ['Skip to the', 'overview', 'metrics', 'cardinality', 'autolightda', 'search']);
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    t.is(await page.evaluate('document.activeElement.id'), 'main');
    const slash = 'dispatchEvent(new KeyboardEvent("keydown", { key: "/" }))';
    t.is(await page.evaluate(`(${slash}, document.activeElement.id)`), 'search', 'at once');
  });

  testPage(
    'the page says that its connection is lost, and connects again by itself with its charts',
    async (t, context) => {
      const { server, open, complaints } = context;
      withAll(server);
      const page = await open('#metrics?chart=queue_length*avg*route**');
      await rendered(page);
      server.isAway = true;
      server.dropStreams();
      await page.getByRole('alert').waitFor();
      t.deepEqual(await textsOf(page, '.connection'), ['not connected']);
      t.true(await page.locator('.legend li').first().isVisible());
      server.charts = [];
      server.isAway = false;
      await until('stream', () => (server.streams === 1 ? true : undefined));
      await until('charts', () => (server.charts.length === 1 ? true : undefined));
      await page.locator('.connection.live').waitFor();
      t.is(await page.getByRole('alert').count(), 0);
      complaints.length = 0;
    },
  );

  testPage(
    'a stream that has gone silent is opened anew, and a sentence says why nothing comes',
    async (t, context) => {
      const { server, open } = context;
      server.processes = [row(0, 'shop')];
      const page = await open();
      await page.clock.install();
      await page.reload();
      await page.locator('.processes').waitFor();
      server.problem = "PM2's daemon cannot be asked: it does not answer.";
      await page.clock.fastForward(30_000);
      await page.locator('.notice').waitFor();
      t.deepEqual(await textsOf(page, '.notice'), [server.problem]);
      t.is(await page.locator('.connection.live').count(), 1);
    },
  );

  testPage('a page that is older than its server is loaded anew', async (t, { server, open, complaints }) => {
    server.processes = [row(0, 'shop')];
    const page = await open('#overview?window=900');
    await page.locator('.processes').waitFor();
    server.version = '1.3.0';
    const loaded = page.waitForEvent('load');
    server.dropStreams();
    await loaded;
    await page.locator('.processes').waitFor();
    t.regex((await textsOf(page, '.foot'))[0]!, /1\.3\.0/);
    t.true(page.url().endsWith('#overview?window=900'));
    complaints.length = 0;
  });

  testPage('a log-in: a wrong password, the right one, and out again', async (t, { server, open, complaints }) => {
    withAll(server);
    server.credentials = { user: 'ann', password: 'right' };
    const page = await open();
    await page.getByLabel('User').fill('ann');
    t.is(await page.locator('nav').count(), 0);
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    t.deepEqual(await textsOf(page, '[role=alert]'), ['The user or the password is wrong.']);
    await page.getByRole('button', { name: 'Use a token' }).click();
    await page.getByLabel('Token').waitFor();
    t.is(await page.getByRole('alert').count(), 0);
    await page.getByRole('button', { name: 'Use a password' }).click();
    await page.getByLabel('User').fill('ann');
    await page.getByLabel('Password').fill('right');
    await page.keyboard.press('Enter');
    await rendered(page);
    server.isAway = true;
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.locator('.connection.lost').waitFor();
    server.isAway = false;
    await page.locator('.connection.live').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    t.true(
      complaints.every((complaint) => /401|502/.test(complaint)),
      complaints.join('\n'),
    );
    complaints.length = 0;
  });

  testPage('motion only where it is wanted', async (t, { server, open, complaints }) => {
    server.isAway = true;
    const connecting = 'document.querySelector(".connection").className = "connection connecting"';
    const animation = 'getComputedStyle(document.querySelector(".connection"), "::before").animationName';
    for (const [reducedMotion, name] of [
      ['reduce', 'none'],
      ['no-preference', 'wait'],
    ] as const) {
      const page = await open('', { reducedMotion });
      // At once: the page sets the class again when its connection changes.
      t.is(await page.evaluate(`(${connecting}, ${animation})`), name);
      await page.close();
    }
    complaints.length = 0;
  });
}
