/** The files of the page in a browser. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readAssets, type Assets } from '../../../src/http/front/assets';
import { optionsOf, run } from '../running-server';

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

function assetsOf(t: ExecutionContext): Assets | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-web-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script src="app.js?v=1"></script>');
  writeFileSync(join(folder, 'app.js'), 'let x;'.repeat(100));
  writeFileSync(join(folder, 'app.js.map'), '{}');
  writeFileSync(join(folder, 'app.css'), 'body{}');
  return readAssets(folder);
}

test('a browser gets the page without credentials, and no data with it', async (t) => {
  const assets = assetsOf(t);
  const running = await run(t, optionsOf({ PM2_METRICS_BEARER_TOKENS: 'token' }), {}, { assets });
  const page = await running.get('/', { headers: BROWSER });
  t.is(page.status, 200);
  t.is(page.headers['content-type'], 'text/html; charset=utf-8');
  t.true(page.text.startsWith('<!doctype html>'));
  t.is((await running.get('/app.css')).headers['content-type'], 'text/css; charset=utf-8');
  const protectedPaths = ['/', '/metrics', '/api/overview', '/api/metrics', '/app.js.map', '/index.html'];
  for (const path of protectedPaths) t.is((await running.get(path)).status, 401, path);
  t.is((await running.get('/', { headers: { accept: 'application/json' } })).status, 401);
  t.is((await running.get('/metrics', { headers: BROWSER })).status, 401);
});

test('only a browser gets HTML: a client that accepts anything gets text', async (t) => {
  const running = await run(t, undefined, {}, { assets: assetsOf(t) });
  const type = async (accept?: string): Promise<unknown> =>
    (await running.get('/', { headers: accept === undefined ? {} : { accept } })).headers['content-type'];
  t.is(await type(BROWSER.accept), 'text/html; charset=utf-8');
  t.is(await type(), 'text/plain; charset=utf-8');
  t.is(await type('*/*'), 'text/plain; charset=utf-8');
  t.is(await type('application/json'), 'application/json; charset=utf-8');
});

test('nothing that is written into the page runs, and no other page may frame it', async (t) => {
  const running = await run(t, undefined, {}, { assets: assetsOf(t) });
  const { headers } = await running.get('/', { headers: BROWSER });
  t.is(
    headers['content-security-policy'],
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  );
  t.is(headers['x-content-type-options'], 'nosniff');
});

test('files are compressed, and kept by the browser: for ever by their versions, else until they change', async (t) => {
  const running = await run(t, undefined, {}, { assets: assetsOf(t) });
  const versioned = await running.get('/app.js?v=1', { headers: { 'accept-encoding': 'gzip' } });
  t.is(versioned.headers['content-encoding'], 'gzip');
  t.true(versioned.encoded.length < versioned.text.length);
  t.is(versioned.headers['cache-control'], 'public, max-age=31536000, immutable');
  const plain = await running.get('/app.js');
  t.is(plain.headers['cache-control'], 'no-cache');
  t.is(plain.text, versioned.text);
  const again = await running.get('/app.js', { headers: { 'if-none-match': String(plain.headers.etag) } });
  t.is(again.status, 304);
  t.is(again.text, '');
});

test('a folder without the page, or none, is no page', (t) => {
  t.is(readAssets('/nonexistent'), undefined);
  t.is(readAssets(join(__dirname)), undefined);
});
