/** A real cluster for the page: a shop, an app with 100,000 series, one whose names are HTML, and a server with a password. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { freePort } from '../../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../../test/support/built';
import { startPm2, type App, type Pm2 } from '../../../../test/support/pm2';
import { until } from '../../../../test/support/until';
import { testInChromium, type Tabs } from '../../web/support/chromium';
import { HTML } from '../../web/support/cluster';

export const USER = 'ann';
export const PASSWORD = 'the right password';
export const TOKEN = 'the-right-token';

export interface Opened extends Pick<Tabs, 'complaints'> {
  readonly pm2: Pm2;
  /** Opens the page for somebody who has logged in. @param hash view and charts */
  open(hash?: string): Promise<Page>;
  openLoggedOut(): Promise<Page>;
  /** Has the shop count so many orders. */
  order(count: number): Promise<void>;
}

let pm2: Pm2;
let shopUrl: string;
let metricsUrl: string;
let loggedIn: BrowserContextOptions;

test.before(async () => {
  await built();
  pm2 = await startPm2(7);
  const [shopPort, port] = [await freePort(), await freePort()];
  shopUrl = `http://127.0.0.1:${shopPort}`;
  metricsUrl = `http://127.0.0.1:${port}/`;
  const access = { BASIC_AUTH_USER: USER, BASIC_AUTH_PASSWORD: PASSWORD, BEARER_TOKENS: TOKEN };
  const env = Object.fromEntries(
    Object.entries({ PORT: String(port), ...access }).map(([k, v]) => [`PM2_METRICS_${k}`, v]),
  );
  await pm2.start(
    app('shop', 'shop', { PORT: String(shopPort), BLOCKED_STACK: '1' }, 2),
    app('catalogue', 'series', { METRIC: 'catalogue_views', LABEL: 'product', VALUE: 'sku-', SERIES: '100000' }),
    app(HTML, 'series', { METRIC: HTML, UNIT: HTML, LABEL: HTML, VALUE: HTML, SERIES: '3' }),
    { name: 'metrics', script: METRICS_SERVER, cwd: pm2.folder, exec_mode: 'fork', env },
  );
  await pm2.ready('shop', 2);
  loggedIn = await until('the server', logIn);
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

test.after.always(() => pm2?.close());

function app(name: string, script: string, env: Readonly<Record<string, string>>, instances?: number): App {
  // A reload waits until new processes listen, however long that takes.
  const cluster = { exec_mode: 'cluster', listen_timeout: 120_000 } as const;
  const mode = instances === undefined ? ({ exec_mode: 'fork' } as const) : { ...cluster, instances };
  return { name, script: join(PROJECT, `test/fixtures/apps/${script}.js`), cwd: PROJECT, ...mode, env };
}

/** @returns what a browser keeps after a login by the form */
async function logIn(): Promise<BrowserContextOptions> {
  const body = new URLSearchParams({ user: USER, password: PASSWORD });
  const answer = await fetch(`${metricsUrl}login`, { method: 'POST', body, redirect: 'manual' });
  const [name = '', value = ''] = (answer.headers.getSetCookie()[0] ?? '').split(/[=;]/);
  const policy = { httpOnly: true, secure: false, sameSite: 'Strict' } as const;
  const cookie = { name, value, domain: '127.0.0.1', path: '/', expires: -1, ...policy };
  return { storageState: { cookies: [cookie], origins: [] } };
}

async function order(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await (await fetch(`${shopUrl}/orders`)).text();
}

export function testOnCluster(title: string, body: (t: ExecutionContext, opened: Opened) => Promise<void>): void {
  testInChromium(title, (t, { open, complaints }) =>
    body(t, {
      ...{ pm2, order, complaints },
      open: (hash = '') => open(metricsUrl + hash, loggedIn),
      openLoggedOut: () => open(metricsUrl),
    }),
  );
}

/** An app's part of the table of processes. */
export function partOf(page: Page, name: string): Locator {
  const named = page.locator('.app-name').getByText(name, { exact: true });
  return page.locator('.processes tbody').filter({ has: named });
}

export async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.locator('#search:focus').waitFor();
  await page.keyboard.type(text);
}
