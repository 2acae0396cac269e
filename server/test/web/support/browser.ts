/** The page in a real Chromium, against a server of the test: one browser for all tests of a file. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { ContractServer } from './contract-server';
import { LAUNCH_FLAGS, findChromium } from './find-chromium';

const { bundlePage } = require('../../../../scripts/bundle-page') as { bundlePage(to: string): Promise<string[]> };

const INSTALL = 'sudo apt-get install --no-install-recommends chromium';
/** CI sets it: tests that lack a tool fail there. */
const REQUIRED = process.env['REQUIRE_SCRAPERS'] === '1';
/** Behind a path, as behind a reverse proxy. */
const BASE = '/pm2/metrics/';

export interface Opened {
  readonly server: ContractServer;
  /** @param hash view and charts; the page has been rendered when it resolves */
  open(hash?: string, options?: BrowserContextOptions): Promise<Page>;
  /** What the browser has complained of: errors of scripts, violations of the policy, files that are missing. */
  readonly complaints: string[];
}

type Body = (t: ExecutionContext, opened: Opened) => Promise<void>;

let folder: string;
let browser: Browser | undefined;

export async function bundled(): Promise<string> {
  const to = mkdtempSync(join(tmpdir(), 'page-'));
  await bundlePage(to);
  return to;
}

const executablePath = findChromium();
if (executablePath !== undefined) {
  test.before(async () => {
    folder = await bundled();
    browser = await chromium.launch({ executablePath, args: [...LAUNCH_FLAGS] });
  });
  test.after.always(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Declares a test that needs Chromium. Without it the test is left out, or fails, and says why. */
export function testPage(title: string, body: Body): void {
  if (executablePath !== undefined) {
    test.serial(title, (t) => withPage(t, body));
    return;
  }
  const reason = `chromium can't be found: ${INSTALL}`;
  if (REQUIRED) test(title, (t) => t.fail(reason));
  else test.skip(`${title} (left out, since ${reason})`, (t) => withPage(t, body));
}

async function withPage(t: ExecutionContext, body: Body): Promise<void> {
  const server = new ContractServer({ folder, base: BASE });
  const url = await server.listen();
  const complaints: string[] = [];
  const closes: (() => Promise<void>)[] = [];
  const open = async (hash = '', options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser!.newContext({ reducedMotion: 'reduce', ...options });
    closes.push(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(url + hash);
    await page.locator('nav, form').first().waitFor();
    return page;
  };
  try {
    await body(t, { server, open, complaints });
    t.deepEqual(complaints, []);
  } finally {
    for (const close of closes) await close();
    await server.close();
  }
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** @returns what axe objects to, one line each */
export async function axeObjections(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return await page.evaluate<string[]>(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join('; ')))`);
}

/** How far the page can be scrolled sideways, in pixels. */
export async function sidewaysPixels(page: Page): Promise<number> {
  return await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}

/** The visible text of all elements that a selector finds, with single spaces. */
export async function textsOf(page: Page, selector: string): Promise<string[]> {
  const texts = await page.locator(selector).allInnerTexts();
  return texts.map((text) => text.replace(/\s+/g, ' ').trim());
}
