/** Metrics, their charts, and the cardinality. */
import type { ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { until } from '../../../test/support/until';
import type { ContractServer } from './support/contract-server';
import { HTML, metric, row } from './support/cluster';
import { testPage } from './support/browser';
import { pointToMark, shows, textsOf } from './support/chromium';

const METRICS = [
  metric('http_requests_total', { series: 81_234 }),
  metric('http_server_request_duration_seconds', { kind: 'histogram', unit: 's' }),
  metric('queue_length', { kind: 'gauge', apps: ['shop', 'mailer'] }),
];

function withMetrics(server: ContractServer): void {
  server.processes = [row(0, 'shop')];
  server.found = { metrics: METRICS, total: METRICS.length };
  server.describe = ({ by }) => {
    const now = Date.now();
    const names = by === undefined ? ['all apps'] : ['/cart', '/', 'other'];
    const times = [now - 2000, now - 1000];
    return { unit: '/s', names, hasOther: by !== undefined, past: [times, names.map((_, at) => [at + 1, at + 2])] };
  };
}

/** What the page has posted: without ids and room. */
async function posted(server: ContractServer, count: number): Promise<object[]> {
  return await until(`${count} charts`, () => {
    if (server.charts.length !== count) return undefined;
    return server.charts.map(({ id: _id, points: _points, ...spec }) => spec);
  });
}

/** Names of series come before their numbers. */
async function legendShows(t: ExecutionContext, page: Page, expected: string[], card = 0): Promise<void> {
  await shows(t, page, `.card:nth-child(${card + 1}) .legend li`, expected);
}

export function testExplorer(): void {
  testPage('a search as one types, a chart by the keyboard, and its numbers as they come', async (t, context) => {
    const { server, open } = context;
    withMetrics(server);
    const page = await open();
    await page.keyboard.press('/');
    await page.locator('#search:focus').waitFor();
    await page.keyboard.type('requests');
    await page.getByText('1 metric', { exact: true }).waitFor();
    t.is(server.searches.at(-1), 'requests');
    t.deepEqual(await textsOf(page, '.found button'), ['http_requests_total counter, 81,234 series, shop']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    t.deepEqual(await posted(server, 1), [{ metric: 'http_requests_total', as: 'rate' }]);
    await legendShows(t, page, ['all apps 2/s']);
    server.send('points', [server.charts[0]!.id, [Date.now()], [[41.5]]]);
    await page.getByText('41.5/s').waitFor();
  });

  testPage('a page searches for few things at a time, however slow the server is', async (t, { server, open }) => {
    withMetrics(server);
    server.found = { metrics: Array.from({ length: 20 }, (_, at) => metric(`queue_${at}`)), total: 20 };
    let answer = (): void => undefined;
    server.searching = new Promise((resolve) => (answer = resolve));
    const charts = server.found.metrics
      .slice(1)
      .map(({ name }) => `chart=${name}*rate***`)
      .join('&');
    const page = await open(`#metrics?${charts}`);
    await page.keyboard.press('/');
    await page.keyboard.type('queue_19');
    await until('searches', () => (server.searches.length > 1 ? true : undefined));
    answer();
    await page.getByText('1 metric', { exact: true }).waitFor();
    // The choices of the last chart are known, too.
    await page.locator('.card').nth(18).locator('option', { hasText: 'by route' }).waitFor({ state: 'attached' });
    t.is(server.mostSearches, 2);
    // What was typed while the server was searching is not asked for any more.
    t.false(server.searches.includes('que'));
  });

  testPage('the kind of a metric chooses its first chart, and the views that are offered', async (t, context) => {
    const { server, open } = context;
    withMetrics(server);
    const page = await open('#metrics');
    for (const { name } of METRICS) await page.locator('.found button', { hasText: name }).click();
    t.deepEqual(await posted(server, 3), [
      { metric: 'http_requests_total', as: 'rate' },
      { metric: 'http_server_request_duration_seconds', as: 'p95' },
      { metric: 'queue_length', as: 'total', pmId: 'all' },
    ]);
    const choices = page.locator('.card').nth(1).locator('select');
    await until('kinds', async () => ((await choices.first().innerText()).includes('p99') ? true : undefined));
    await choices.first().selectOption({ label: 'p99' });
    await choices.nth(1).selectOption({ label: 'by route' });
    await choices.nth(2).focus();
    await choices.nth(2).selectOption({ label: 'shop' });
    await until('chosen', () => (server.charts[1]?.app === 'shop' ? true : undefined));
    const chosen = { metric: 'http_server_request_duration_seconds', as: 'p99', by: 'route', app: 'shop' };
    t.deepEqual((await posted(server, 3))[1], chosen);
    t.is(await choices.nth(2).and(page.locator(':focus')).count(), 1);
    await page.getByText('/cart').waitFor();
    await legendShows(t, page, ['/cart 2/s', '/ 3/s', 'other 4/s'], 1);
  });

  testPage('a link opens the same charts, and closing them changes the link', async (t, { server, open }) => {
    withMetrics(server);
    const hash = '#metrics?window=900&chart=http_requests_total*rate*route*shop*2&chart=queue_length*avg***all';
    const page = await open(hash);
    t.deepEqual(await posted(server, 2), [
      { metric: 'http_requests_total', as: 'rate', by: 'route', app: 'shop', pmId: 2 },
      { metric: 'queue_length', as: 'avg', pmId: 'all' },
    ]);
    t.is(await page.locator('.charts-bar select').inputValue(), '900');
    await page.locator('.uplot').nth(1).waitFor();
    await page.reload();
    await page.locator('.uplot').nth(1).waitFor();
    await page.getByRole('button', { name: 'Close http_requests_total' }).click();
    t.deepEqual(await posted(server, 1), [{ metric: 'queue_length', as: 'avg', pmId: 'all' }]);
    // The browser tells its new address when it has sent the request already.
    await page.waitForURL((url) => url.hash === '#metrics?window=900&chart=queue_length*avg***all');
  });

  testPage('at most 20 charts are open', async (t, { server, open }) => {
    withMetrics(server);
    const page = await open(`#metrics?${'chart=queue_length*avg***&'.repeat(25)}`);
    t.is((await posted(server, 20)).length, 20);
    await page.getByText('All charts are in use').waitFor();
    t.true(await page.locator('.found button').first().isDisabled());
  });

  testPage('a mark says what happened, where the pointer is at it', async (t, { server, open }) => {
    withMetrics(server);
    server.marks = [
      [Date.now() - 150_000, 'exit', 'shop', 1, 'exited with code 1'],
      [Date.now() - 150_000, 'exit', 'mailer', 2, 'of another app'],
    ];
    const page = await open('#metrics?chart=http_requests_total*rate**shop*');
    await pointToMark(page, 'exit: shop 1 exited with code 1');
    t.is(await page.getByText('of another app').count(), 0);
  });

  testPage('a chart that the server refuses says why', async (t, { server, open }) => {
    withMetrics(server);
    server.describe = () => ({ error: 'No process has queue_length now.' });
    const page = await open('#metrics?chart=queue_length*avg***');
    await page.locator('.chart-error').waitFor();
    t.deepEqual(await textsOf(page, '.chart-error'), ['No process has queue_length now.']);
  });

  testPage('cardinality: which metric, and which of its attributes', async (t, { server, open }) => {
    server.cardinality = {
      ...{ series: 104_211, since: Date.now() - 3_000_000 },
      metrics: [
        {
          ...{ metric: HTML, app: 'shop', series: 100_000, grown: 3000 },
          attributes: [
            { name: 'method', values: 3, grown: 0 },
            { name: 'route', values: 9000, grown: 270 },
          ],
          processes: [{ pmId: 4, series: 60_000 }],
        },
      ],
    };
    const page = await open('#cardinality');
    await page.locator('.cardinality tbody tr').waitFor();
    t.deepEqual(await textsOf(page, '.cardinality tbody tr'), [
      `${HTML} shop 100,000 +3,000 route 9,000 +270method 3 4: 60,000`,
    ]);
    t.is(await page.locator('img').count(), 0);
  });

  testPage('HTML in metrics, attributes, values and errors is text', async (t, { server, open }) => {
    server.processes = [row(0, 'shop')];
    server.found = {
      metrics: [metric(HTML, { unit: HTML, apps: [HTML], attributes: [HTML], examples: [HTML] })],
      total: 1,
    };
    server.describe = ({ as }) => {
      if (as === 'delta') return { error: HTML };
      return { unit: HTML, names: [HTML], hasOther: false, past: [[Date.now()], [[1]]] };
    };
    const page = await open('#metrics');
    await page.locator('.found button').click();
    await legendShows(t, page, [`${HTML} 1 ${HTML}`]);
    await page.locator('.card select').first().selectOption({ label: 'change' });
    await page.locator('.chart-error').waitFor();
    t.is(await page.locator('img').count(), 0);
    t.is(await page.locator('main b').count(), 0);
  });
}
