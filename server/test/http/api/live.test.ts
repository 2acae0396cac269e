/** Streams of events over HTTP, from rounds made by hand. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { until } from '../../../../test/support/until';
import type { Hello, OpenCharts } from '../../../protocol/page';
import { ClusterPool } from '../../../src/cluster-pool';
import type { ServerOptions } from '../../../src/options/options';
import { liveWorld, type LiveWorld } from '../../live/live-by-hand';
import { Process } from '../../rounds-by-hand';
import { open, optionsOf, run, type Answer, type Running } from '../running-server';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

const PROTECTED = optionsOf({ PM2_METRICS_BEARER_TOKENS: 'token' });
const HEADERS = { accept: 'text/event-stream' };

interface World extends LiveWorld {
  readonly running: Running;
  /** Opens a stream; `events()` are those that have come. */
  stream(headers?: Record<string, string>): Promise<Stream>;
  post(stream: string, body: string, headers?: Record<string, string>): Promise<Answer>;
}

interface Stream {
  readonly response: IncomingMessage;
  readonly hello: Hello;
  events(): { readonly event: string; readonly data: unknown }[];
}

async function world(t: ExecutionContext, options?: ServerOptions): Promise<World> {
  const live = liveWorld(pool);
  const running = await run(t, options, {}, { live: live.live });
  return {
    ...live,
    running,
    post: (stream, body, headers = {}) =>
      running.get(`/api/live/${stream}`, { headers: { 'content-type': 'application/json', ...headers } }, body),
    async stream(headers = {}) {
      const response = await open(running.url, '/api/live', { headers: { ...HEADERS, ...headers } });
      response.on('error', () => undefined);
      t.teardown(() => response.destroy());
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      const events = () =>
        Array.from(text.matchAll(/^event: (.+)\ndata: (.+)\n\n/gm), ([, event = '', data = '']) => ({
          event,
          data: JSON.parse(data) as unknown,
        }));
      const hello = (await until('hello', () => events()[0]?.data)) as Hello;
      return { response, hello, events };
    },
  };
}

const CHARTS: OpenCharts = { charts: [{ id: 3, metric: 'orders', as: 'total', pmId: 0, points: 100 }] };

test('a stream has events, in the order that the protocol says, and charts that are posted', async (t) => {
  const { stream, post, take, running } = await world(t);
  const { response, hello, events } = await stream();
  t.is(response.headers['content-type'], 'text/event-stream; charset=utf-8');
  t.is(response.headers['cache-control'], 'no-store');
  t.is((await post(hello[0], JSON.stringify(CHARTS))).status, 204);
  await take(0, new Process('shop', 0).orders(5));
  await until('points', () => events().find(({ event }) => event === 'points'));
  t.deepEqual(
    events().map(({ event }) => event),
    ['hello', 'past', 'marks', 'processes', 'marks', 'series', 'points'],
  );
  t.deepEqual(events().at(-1)?.data, [3, [1_795_000_000_000], [[5]]]);
  t.is((await running.get('/-/healthy')).status, 200);
});

test('a list of charts that is not valid is refused by a sentence, and has nothing of it', async (t) => {
  const { stream, post } = await world(t);
  const { hello } = await stream();
  const chart = CHARTS.charts[0];
  for (const [body, sentence] of [
    [{}, 'The list of charts is not valid: expected "charts" at charts.'],
    [{ charts: [{ ...chart, as: 'mean' }] }, /expected .* at charts\.0\.as\.$/],
    [{ charts: [{ ...chart, points: 1e9 }] }, /expected <=4000 at charts\.0\.points\.$/],
    [{ charts: [{ ...chart, evil: '<b>' }] }, /expected never at charts\.0\.\?\.$/],
    [{ charts: [{ ...chart, pmId: -1 }] }, /at charts\.0\.pmId\.$/],
    [{ charts: Array.from({ length: 41 }, (_, id) => ({ ...chart, id })) }, /expected <=40 at charts\.$/],
    [{ charts: [chart, chart] }, 'Two charts have the same id.'],
    [[], /^The list of charts is not valid/],
  ] as const) {
    const { status, text } = await post(hello[0], JSON.stringify(body));
    t.is(status, 400);
    if (typeof sentence === 'string') t.is(text, `${sentence}\n`);
    else t.regex(text.trimEnd(), sentence);
  }
  t.is((await post(hello[0], 'no json')).status, 400);
  t.is((await post(hello[0], JSON.stringify({ charts: [], x: 'x'.repeat(70_000) }))).status, 413);
  t.is((await post('another', JSON.stringify(CHARTS))).status, 404);
  t.is((await post(hello[0], JSON.stringify(CHARTS), { origin: 'http://evil.example' })).status, 403);
});

test('streams need the credentials, and a session that has ended ends its stream', async (t) => {
  const { running, stream, post, take, live } = await world(t, PROTECTED);
  t.is((await running.get('/api/live', { headers: HEADERS })).status, 401);
  t.is((await running.get('/api/overview', { headers: HEADERS })).status, 401);
  const { hello } = await stream({ authorization: 'Bearer token' });
  t.is((await post(hello[0], JSON.stringify(CHARTS))).status, 401);
  t.is((await post(hello[0], JSON.stringify(CHARTS), { authorization: 'Bearer token' })).status, 204);

  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const { headers } = await running.get('/login', { headers: form }, 'token=token');
  const cookie = headers['set-cookie']?.[0] ?? '';
  const { response } = await stream({ cookie });
  t.is(live.kept.viewers, 2);
  await running.get('/logout', { headers: { cookie } }, '');
  const ended = once(response, 'end');
  await take(0, new Process('shop', 0).orders(5));
  await ended;
  t.is(live.kept.viewers, 1);
});

test('a token that is taken away ends its stream', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'live-')), 'tokens');
  t.teardown(() => rmSync(dirname(file), { recursive: true }));
  writeFileSync(file, 'one');
  const { running, stream, take, live } = await world(t, optionsOf({ PM2_METRICS_BEARER_TOKEN_FILES: file }));
  const headers = { authorization: 'Bearer one' };
  const { response } = await stream(headers);
  const ended = once(response, 'end');
  await take(0, new Process('shop', 0).orders(5));
  t.is(live.kept.viewers, 1);
  writeFileSync(file, 'two');
  await until('401', async () => (await running.get('/sd', { headers })).status === 401 || undefined);
  await take(1, new Process('shop', 0).orders(6));
  await ended;
  t.is(live.kept.viewers, 0);
});

test('pages that close are forgotten, and too many are refused by a sentence', async (t) => {
  const { running, stream, live } = await world(t);
  const streams = await Promise.all(Array.from({ length: 20 }, () => stream()));
  const { status, text } = await running.get('/api/live', { headers: HEADERS });
  t.is(status, 503);
  t.regex(text, /^As many pages are open/);
  for (const { response } of streams) response.destroy();
  await until('no page', () => live.kept.viewers === 0 || undefined);
});

test('a page that does not read is closed, and costs a bounded amount of memory', async (t) => {
  const { running, live, take } = await world(t);
  const response = await open(running.url, '/api/live', { headers: HEADERS });
  response.pause();
  response.on('error', () => undefined);
  // Each round is a megabyte; the network's buffers take some of it.
  const long = 'x'.repeat(1_000_000);
  let rounds = 0;
  for (; live.kept.viewers > 0 && rounds < 100; rounds++) {
    await take(rounds, new Process(`${long}${rounds}`, 0).silent());
    await setImmediate();
  }
  t.is(live.kept.viewers, 0);
  t.true(rounds > 8);
});

test('the end of the server ends its streams at once', async (t) => {
  const { running, stream } = await world(t);
  const { response } = await stream();
  const ended = once(response, 'end');
  await running.server.close();
  await t.notThrowsAsync(ended);
});
