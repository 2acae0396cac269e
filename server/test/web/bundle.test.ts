/** The files of the page, as a browser gets them. */
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';

const { bundlePage } = require('../../../scripts/bundle-page') as { bundlePage(to: string): Promise<string[]> };

const MOST_BYTES = 120 * 1024;

test('the page is a document, a script and a style of at most 120 KB, and loads nothing from elsewhere', async (t) => {
  const folder = join(__dirname, `../../../node_modules/.cache/page-${process.pid}`);
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  await bundlePage(folder);
  t.deepEqual(readdirSync(folder).toSorted(), ['app.css', 'app.js', 'index.html']);
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
  t.log(`${bytes} bytes gzipped`);
  t.true(bytes <= MOST_BYTES, `${bytes} bytes`);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  t.regex(html, /src="app\.js\?v=[\w-]{12}"/);
  t.regex(html, /href="app\.css\?v=[\w-]{12}"/);
  // A policy without `unsafe-inline` would refuse both.
  t.notRegex(html, /<style|style=|<script>/);
  for (const text of texts) {
    const addresses = [...text.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([address]) => address);
    t.deepEqual(
      addresses.filter((address) => !address.startsWith('http://www.w3.org/')),
      [],
    );
  }
});
