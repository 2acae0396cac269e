/** A real Chromium: one for all tests of a file. */
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { until, untilEqual } from '../../../../test/support/until';
import { LAUNCH_FLAGS, findChromium } from './find-chromium';

const INSTALL = 'sudo apt-get install --no-install-recommends chromium';
/** CI sets it: tests that lack a tool fail there. */
const REQUIRED = process.env['REQUIRE_SCRAPERS'] === '1';
/** What a page waits for, on a busy machine. */
const PATIENCE_MS = 60_000;

export interface Tabs {
  /** @returns once the page has rendered its frame */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** What the browser has complained of: errors of scripts, violations of the policy, files that are missing. */
  readonly complaints: string[];
}

type Body = (t: ExecutionContext, tabs: Tabs) => Promise<void>;

const executablePath = findChromium();
let browser: Browser | undefined;

if (executablePath !== undefined) {
  test.before(async () => {
    browser = await chromium.launch({ executablePath, args: [...LAUNCH_FLAGS] });
  });
  test.after.always(() => browser?.close());
}

/** Declares a serial test that needs Chromium. Without it the test is left out, or fails, and says why. */
export function testInChromium(title: string, body: Body): void {
  if (executablePath !== undefined) {
    test.serial(title, (t) => withTabs(t, body));
    return;
  }
  const reason = `chromium can't be found: ${INSTALL}`;
  if (REQUIRED) test.serial(title, (t) => t.fail(reason));
  // Where there is no Chromium. In CI that fails instead.
  else test.skip(`${title} (left out, since ${reason})`, (t) => withTabs(t, body));
}

async function withTabs(t: ExecutionContext, body: Body): Promise<void> {
  const complaints: string[] = [];
  const closes: (() => Promise<void>)[] = [];
  const open = async (url: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser!.newContext({ reducedMotion: 'reduce', ...options });
    closes.push(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(url);
    await page.locator('nav, form').first().waitFor();
    return page;
  };
  try {
    await body(t, { open, complaints });
    t.deepEqual(complaints, []);
  } finally {
    for (const close of closes) await close();
  }
}

/** Asserts that these are the texts, once they are. */
export async function shows(t: ExecutionContext, page: Page, selector: string, expected: string[]): Promise<void> {
  await untilEqual(t, () => textsOf(page, selector), expected, selector);
}

/** Points to each place of a chart, until it tells of such a mark: meanwhile the chart moves. */
export async function pointToMark(page: Page, text: string): Promise<void> {
  const over = page.locator('.u-over');
  await over.waitFor();
  const { x, y, width } = (await over.boundingBox())!;
  const at = page.locator('.at', { hasText: text });
  await until(`a mark: ${text}`, async () => {
    // From now backwards.
    for (let left = width - 1; left > 0; left -= 4) {
      await page.mouse.move(x + left, y + 20);
      if ((await at.count()) > 0) return true;
    }
    return undefined;
  });
}

/** The visible text of all elements that a selector finds, with single spaces. */
export async function textsOf(page: Page, selector: string): Promise<string[]> {
  const texts = await page.locator(selector).allInnerTexts();
  return texts.map((text) => text.replace(/\s+/g, ' ').trim());
}
