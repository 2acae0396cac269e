/** What processes send: 100,000 series, and names that are HTML. */
import type { ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { until } from '../../../../test/support/until';
import { pointToMark, shows, textsOf } from '../../web/support/chromium';
import { HTML } from '../../web/support/cluster';
import { partOf, search, testOnCluster } from './cluster';

/** One in the middle: neither the first nor the last of anything. */
const ONE = 73_421;
const ROW = '.cardinality tbody tr:first-child';

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.locator('.card').getByLabel(label).selectOption({ label: option });
}

export function testSeries(): void {
  testOnCluster(
    'HTML in the names of apps, metrics, units, attributes and values is text',
    async (t, { pm2, open }) => {
      const [instance] = await pm2.ready(HTML, 1);
      const page = await open();
      const isText = async (view: string): Promise<void> => {
        t.is(await page.locator('img, .app-name b, .metric-name b, .card b, .found b').count(), 0, view);
        t.not(await page.title(), '1', view);
      };
      await partOf(page, HTML).locator('.process').waitFor();
      await page.locator('.events .app-name').getByText(HTML, { exact: true }).waitFor();
      await isText('overview');

      await search(page, 'onerror');
      await shows(t, page, '.found button', [`${HTML} counter, ${HTML}, 3 series, ${HTML}`]);
      await page.locator('.found button').click();
      await choose(page, 'App', HTML);
      await choose(page, 'Split', `by ${HTML}`);
      await choose(page, 'Number', 'value');
      const series = [0, 1, 2].map((i) => `${HTML}${i} 1 ${HTML}`);
      await shows(t, page, '.legend li', series);
      await isText('metrics');
      await page.reload();
      await shows(t, page, '.legend li', series);
      await pointToMark(page, `start: ${HTML} ${instance!.id}`);
      await isText('metrics from a link');

      await page.getByRole('link', { name: 'cardinality' }).click();
      const row = page.locator('.cardinality tbody tr', { hasText: HTML });
      await row.waitFor();
      t.is(await row.locator('.metric-name').innerText(), HTML);
      t.is(await row.locator('.chip').first().innerText(), `${HTML} 3`);
      await isText('cardinality');
    },
  );

  testOnCluster(
    'of 100,000 series a search finds one as one types, and cardinality says what makes them',
    async (t, context) => {
      const { pm2, open } = context;
      const [catalogue] = await pm2.ready('catalogue', 1);
      const cardinality = await open('#cardinality');
      const before = await counted(t, cardinality, '100,000');
      await catalogue!.ask('grow', 250);
      await catalogue!.ask('count', { series: ONE, by: 41 });
      // Meanwhile the other page has the series counted again.
      await findsOne(t, await open('#metrics'));
      const after = await counted(t, cardinality, '100,250');
      t.is(after.grown - before.grown, 250);
      isAlmost(t, after.valuesGrown - before.valuesGrown, 250);
      await shows(t, cardinality, `${ROW} td:last-child`, [`${catalogue!.id}: 100,250`]);
    },
  );
}

/** @returns what the first row of the cardinality says, once it is of so many series */
async function counted(t: ExecutionContext, page: Page, series: string) {
  await shows(t, page, `${ROW} :is(th, td:nth-child(3))`, ['catalogue_views', series]);
  const [grown = ''] = await textsOf(page, `${ROW} td:nth-child(4)`);
  const [product = '', method = ''] = await textsOf(page, `${ROW} .chip`);
  const [, values = '', valuesGrown = ''] = /^product (\S+)(?: (\S+))?$/.exec(product) ?? [];
  isAlmost(t, numberOf(values), numberOf(series));
  t.regex(method, /^method 3\b/);
  return { grown: numberOf(grown), valuesGrown: numberOf(valuesGrown) };
}

/** Values are compared by hashes of 32 bits: of so many, one or two may pass for others. */
function isAlmost(t: ExecutionContext, number: number, all: number): void {
  t.true(Math.abs(all - number) < 10, `${number} of ${all}`);
}

function numberOf(text: string): number {
  return Number(text.replace(/[+,]/g, ''));
}

async function findsOne(t: ExecutionContext, page: Page): Promise<void> {
  await search(page, 'sku-');
  // A few of them all.
  await page.locator('.example').nth(4).waitFor();
  await page.keyboard.type(String(ONE));
  const found = `catalogue_views counter, 100,250 series, catalogue {"product":"sku-${ONE}","method":"POST"}`;
  await shows(t, page, '.found button', [found]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await choose(page, 'Number', 'value');
  await shows(t, page, '.legend li', ['all apps 100,291']);
  await choose(page, 'Split', 'by product');
  // The 20 largest, and all others together. Their numbers come after their names.
  const legend = await until('numbers of all', async () => {
    const texts = await textsOf(page, '.legend li');
    return texts.length === 21 && texts.every((text) => / [\d,]+$/.test(text)) ? texts : undefined;
  });
  t.true(legend.includes(`sku-${ONE} 42`), legend.join());
  t.is(legend.filter((text) => /^sku-\d+ 1$/.test(text)).length, 19);
  t.deepEqual(legend.slice(20), ['other 100,230']);
}
