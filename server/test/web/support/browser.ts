/** The page in a real Chromium, against a server of the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { testInChromium, type Tabs } from './chromium';
import { ContractServer } from './contract-server';

const { bundlePage } = require('../../../../scripts/bundle-page') as { bundlePage(to: string): Promise<string[]> };

/** Behind a path, as behind a reverse proxy. */
const BASE = '/pm2/metrics/';

export interface Opened extends Pick<Tabs, 'complaints'> {
  readonly server: ContractServer;
  /** @param hash view and charts */
  open(hash?: string, options?: BrowserContextOptions): Promise<Page>;
}

let folder: string | undefined;

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
  await bundlePage(folder);
});
test.after.always(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

export function testPage(title: string, body: (t: ExecutionContext, opened: Opened) => Promise<void>): void {
  testInChromium(title, async (t, { open, complaints }) => {
    const server = new ContractServer({ folder: folder!, base: BASE });
    const url = await server.listen();
    try {
      await body(t, { server, complaints, open: (hash = '', options) => open(url + hash, options) });
    } finally {
      await server.close();
    }
  });
}

/** How far the page can be scrolled sideways, in pixels. */
export async function sidewaysPixels(page: Page): Promise<number> {
  return await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
