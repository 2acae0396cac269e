/** The first page: processes, reloads, blocked event loops. */
import { HTML, row } from './support/cluster';
import { testPage } from './support/browser';
import { textsOf } from './support/chromium';

export function testOverview(): void {
  testPage('apps and processes with their numbers, and the totals above them', async (t, { server, open }) => {
    const worker = { status: 'errored', restarts: 16, cpu: 0, memory: 0, why: 'PM2 says that it is errored' };
    server.processes = [
      row(0, 'shop', { requests: 40, errors: 0.5 }),
      row(1, 'shop', { requests: 20, p95: 0.2, odd: 'latency' }),
      row(2, 'worker', { ...worker, eventLoop: null, requests: null, errors: null, p95: null }),
    ];
    const page = await open();
    await page.locator('.process, .down').nth(2).waitFor();
    const rows = (await textsOf(page, '.processes tbody tr')).map((text) => text.replace(/ (\d+ s|\d min)/, ''));
    t.deepEqual(rows, [
      'shop 2 up 0 60 0.500 200 ms 2 ms 50.0 % 200 MiB',
      '0 online 0 40 0.500 50 ms 2 ms 25.0 % 100 MiB',
      '1 online slower 0 20 0 200 ms 2 ms 25.0 % 100 MiB',
      'worker 0 of 1 up 16 – – – – – –',
      '2 errored PM2 says that it is errored 16 – – – – 0.0 % 0 B',
    ]);
    t.deepEqual(await textsOf(page, '.tile dd'), ['60', '0.500', '200 ms', '50.0 %', '200 MiB']);
    t.deepEqual(await textsOf(page, '.odd'), ['200 ms']);
    t.deepEqual(await textsOf(page, '.status'), ['2 of 3 up']);
  });

  testPage('the table is sorted by any column, by the keyboard too', async (t, { server, open }) => {
    server.processes = [
      row(0, 'a', { requests: 1 }),
      row(1, 'b', { requests: 5 }),
      row(2, 'b', { requests: 7 }),
      row(3, 'c', { requests: 9 }),
    ];
    const page = await open();
    const requests = page.locator('.processes thead th.requests');
    await requests.locator('button').focus();
    await page.keyboard.press('Enter');
    await page.locator('th.requests[aria-sort=descending]').waitFor();
    t.deepEqual(await textsOf(page, '.app-name'), ['b', 'c', 'a']);
    t.deepEqual(await textsOf(page, '.process .id'), ['2', '1', '3', '0']);
    await page.keyboard.press('Enter');
    await page.locator('th.requests[aria-sort=ascending]').waitFor();
    t.deepEqual(await textsOf(page, '.process .id'), ['0', '3', '1', '2']);
  });

  testPage('a reload shows old and new processes side by side, under the totals of both', async (t, context) => {
    const { server, open } = context;
    const page = await (async () => {
      server.processes = [row(0, 'shop', { run: 'old-0' }), row(1, 'shop', { run: 'old-1' })];
      return await open();
    })();
    await page.locator('.process').first().waitFor();
    t.is(await page.locator('.reload').count(), 0);
    const during = [
      row(0, 'shop', { run: 'old-0', status: 'leaving', requests: 3 }),
      row(0, 'shop', { run: 'new-0', requests: 7, p95: 0.4, odd: 'latency' }),
      row(1, 'shop', { run: 'old-1' }),
    ];
    server.send('processes', during);
    await page.locator('.reload').waitFor();
    t.deepEqual(await textsOf(page, '.reload h2'), ['Reload of shop']);
    t.regex((await textsOf(page, '.reload p'))[0]!, /^0 of 2 old processes are gone, .* answer 35.0 % .*: 20 req\/s/);
    t.deepEqual(await textsOf(page, '.pairs tbody tr'), [
      '0 leaving 3 0 50 ms 100 MiB online slower 7 0 400 ms 100 MiB',
    ]);
    server.send('processes', [row(0, 'shop', { run: 'new-0' }), row(1, 'shop', { run: 'new-1' })]);
    await page.getByText('Reloaded: shop').waitFor();
    t.regex((await textsOf(page, '.pairs tbody tr'))[0]!, /^0 gone 3 .* online 10/);
  });

  testPage('a blocked process: since when, its last numbers, its stack', async (t, { server, open }) => {
    const blockedSince = Date.now() - 30_000;
    server.processes = [
      row(0, 'shop', { blockedSince, stack: '    at spin (/srv/shop.js:3:5)\n    at main (/srv/shop.js:9:1)' }),
      row(1, 'shop', { blockedSince }),
    ];
    const page = await open();
    const panels = page.locator('.blocked');
    await panels.nth(1).waitFor();
    const title = /^shop 0: its event loop has not turned for (\d+) s$/.exec((await textsOf(page, '.blocked h2'))[0]!);
    t.true(Number(title?.[1]) >= 30);
    t.regex((await textsOf(page, '.blocked p'))[0]!, /10 req\/s, 0 err\/s, 50 ms p95/);
    t.is(await page.locator('.blocked pre').innerText(), 'at spin (/srv/shop.js:3:5)\nat main (/srv/shop.js:9:1)');
    t.regex((await textsOf(page, '.blocked p'))[2]!, /stacks are off/);
    t.deepEqual(await textsOf(page, '.status .badge'), ['2 blocked']);
    server.send('processes', [row(0, 'shop'), row(1, 'shop')]);
    await panels.first().waitFor({ state: 'detached' });
  });

  testPage('a process that does not answer is up, and shown as unanswered', async (t, { server, open }) => {
    server.processes = [row(0, 'shop', { status: 'unanswered', why: 'it has not answered within 1000 ms' })];
    const page = await open();
    await page.locator('.process .state').waitFor();
    t.deepEqual(await textsOf(page, '.state.warn'), ['unanswered']);
    t.deepEqual(await textsOf(page, '.why'), ['it has not answered within 1000 ms']);
    t.deepEqual(await textsOf(page, '.status'), ['1 of 1 up']);
    t.is(await page.locator('.blocked').count(), 0);
  });

  testPage('where there is nothing, a sentence says why', async (t, { server, open }) => {
    server.problem = 'PM2 runs no process besides this server.';
    const page = await open();
    await page.locator('.notice').waitFor();
    t.deepEqual(await textsOf(page, '.notice'), [server.problem]);
    server.problem = null;
    server.send('processes', [row(0, 'shop')]);
    await page.locator('.process').waitFor();
  });

  testPage('ends and starts are listed, the newest first', async (t, { server, open }) => {
    const now = Date.now();
    server.processes = [row(0, 'shop')];
    server.marks = [[now - 60_000, 'exit', 'shop', 0, 'exited with code 1']];
    const page = await open();
    await page.locator('.events li').waitFor();
    server.send('marks', [[now, 'start', 'shop', 0, 'started anew']]);
    await page.locator('.events li').nth(1).waitFor();
    const texts = (await textsOf(page, '.events li')).map((text) => text.replace(/^[\d:]+ /, ''));
    t.deepEqual(texts, ['start shop 0 started anew', 'exit shop 0 exited with code 1']);
  });

  testPage(
    'events go when they are an hour old, also where no others come',
    async (t, { server, open, complaints }) => {
      server.processes = [row(0, 'shop')];
      const page = await open();
      await page.clock.install();
      const now = Date.now();
      server.marks = [50, 1].map((minutes) => [now - minutes * 60_000, 'exit', `${minutes} minutes`, 0, 'ended']);
      await page.reload();
      await page.locator('.events li').nth(1).waitFor();
      // The page finds its stream silent as well, and gets no other one, which would have its marks anew.
      server.isAway = true;
      await page.clock.fastForward(11 * 60_000);
      await page.locator('.events li').nth(1).waitFor({ state: 'detached' });
      t.deepEqual(await textsOf(page, '.events .app-name'), ['1 minutes']);
      complaints.length = 0;
    },
  );

  testPage('HTML in names, reasons and stacks is text', async (t, { server, open }) => {
    const odd = { odd: HTML, why: HTML, stack: HTML, blockedSince: Date.now(), status: HTML };
    server.processes = [row(0, HTML, odd), row(0, HTML, { run: 'old', status: 'leaving' })];
    server.marks = [[Date.now(), 'exit', HTML, 0, HTML]];
    server.problem = HTML;
    const page = await open();
    await page.locator('.events li').waitFor();
    await page.locator('.notice').waitFor();
    t.is(await page.locator('img, b').count(), 0);
    for (const selector of ['.app .app-name', '.why', '.blocked pre', '.reload h2 .app-name', '.notice']) {
      t.deepEqual([...new Set(await textsOf(page, selector))], [HTML], selector);
    }
  });
}
