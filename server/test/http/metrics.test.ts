/** Answers to scrapes: views, formats, compression and deadlines. */
import { Readable } from 'node:stream';
import test from 'ava';
import { ViewError } from '../../src/view';
import { until } from '../../../test/support/until';
import { chunk, Endless, open, optionsOf, run } from './running-server';

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const PROTOBUF = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

test('each view has its URL', async (t) => {
  const running = await run(t);
  for (const path of [
    '/metrics',
    '/metrics/',
    '/metrics/cluster',
    '/metrics/0',
    '/metrics/12',
    '/metrics/12/all',
    '/metrics?x=1',
  ]) {
    const { status, headers, text } = await running.get(path);
    t.is(status, 200);
    t.is(headers['content-type'], TEXT);
    t.is(text, `exposition of ${JSON.stringify(running.asked.at(-1)?.what)}\n`);
  }
  await until('end of all loans', () => running.released.length === running.asked.length || undefined);
  t.deepEqual(
    running.asked.map(({ what }) => what),
    [
      { view: 'all' },
      { view: 'all' },
      { view: 'cluster' },
      { view: 'instance', pmId: 0 },
      { view: 'instance', pmId: 12 },
      { view: 'instance', pmId: 12, complete: true },
      { view: 'all' },
    ],
  );
});

for (const id of ['x', '-1', '1.5', '007', '1e3', '9999999999', '%20', 'cluster2', '1/2']) {
  test(`/metrics/${id} names no instance, and no instance is asked`, async (t) => {
    const running = await run(t);
    const { status, headers, text } = await running.get(`/metrics/${id}`);
    t.is(status, 404);
    t.is(headers['content-type'], 'text/plain; charset=utf-8');
    t.regex(text, /^There is no such instance: expected a pm_id, .*\.\n$|^There is nothing here: .*\.\n$/);
    t.deepEqual(running.asked, []);
  });
}

const FORMATS: readonly [accept: string | undefined, type: string][] = [
  [undefined, TEXT],
  ['', TEXT],
  ['*/*', TEXT],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT],
  ['text/plain', TEXT],
  ['text/*', TEXT],
  ['application/openmetrics-text', OPENMETRICS],
  ['Application/OpenMetrics-Text; Version="1.0.0"', OPENMETRICS],
  ['application/json', TEXT],
  ['text/plain;q=0', TEXT],
  ['not a media type;;q=,,', TEXT],
  // Prometheus 2.3x
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    OPENMETRICS,
  ],
  // Prometheus 2.5x and 3 with native histograms
  [
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    PROTOBUF,
  ],
  // Prometheus 3
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    OPENMETRICS,
  ],
  // Prometheus 3, configured for text only
  ['text/plain;version=0.0.4;escaping=underscores;q=0.5,*/*;q=0.1', TEXT],
  // VictoriaMetrics
  ['text/plain;version=0.0.4;q=1,*/*;q=0.1', TEXT],
  ['text/plain;q=0.4,application/openmetrics-text;version=1.0.0;q=0.3', TEXT],
  ['application/vnd.google.protobuf;proto=other.Message;encoding=delimited,text/plain;q=0.1', TEXT],
  ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text', TEXT],
  ['application/openmetrics-text;version=2.0.0,text/plain;q=0.1', TEXT],
];

test('the format is the one that Accept prefers', async (t) => {
  const running = await run(t);
  for (const [accept, type] of FORMATS) {
    const { status, headers } = await running.get('/metrics', { headers: accept === undefined ? {} : { accept } });
    t.is(status, 200);
    t.is(headers['content-type'], type, accept);
    t.is(headers.vary, 'accept, accept-encoding');
    t.is(running.asked.at(-1)?.format, { [TEXT]: 'text', [OPENMETRICS]: 'openmetrics', [PROTOBUF]: 'protobuf' }[type]);
  }
});

const LINES = Array.from({ length: 5000 }, (_, i) => `requests_total{route="/${i}"} ${i}\n`);

test('the encoding is the one that Accept-Encoding prefers', async (t) => {
  const running = await run(t, undefined, {
    scrape: () =>
      Promise.resolve(Readable.from([Buffer.from(LINES.slice(0, 7).join('')), Buffer.from(LINES.slice(7).join(''))])),
  });
  const table: readonly [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0.5', 'gzip'],
    ['identity;q=0.8, gzip;q=0.4', undefined],
    ['identity;q=0.4, gzip;q=0.8', 'gzip'],
    ['deflate, br', undefined],
    ['*', 'gzip'],
  ];
  for (const accept of [TEXT, OPENMETRICS, PROTOBUF]) {
    for (const [encodings, expected] of table) {
      const headers = { accept, ...(encodings !== undefined && { 'accept-encoding': encodings }) };
      const answer = await running.get('/metrics', { headers });
      t.is(answer.headers['content-encoding'], expected, `${accept} ${encodings ?? ''}`);
      t.is(answer.headers['content-type'], accept);
      t.is(answer.headers.vary, 'accept, accept-encoding');
      t.is(answer.text, LINES.join(''));
      if (expected === 'gzip') t.true(answer.encoded.length < LINES.join('').length / 3);
    }
  }
  await until('end of all loans', () => running.released.length === running.asked.length || undefined);
});

test('HEAD answers as GET does, without a body, and ends the work behind it', async (t) => {
  const streams: Readable[] = [];
  const running = await run(t, undefined, {
    scrape(what) {
      if (what.view === 'instance') return Promise.reject(new ViewError('UNKNOWN_INSTANCE', 'PM2 knows no 7.'));
      streams.push(new Endless());
      return Promise.resolve(streams.at(-1) as Readable);
    },
  });
  const answer = await running.get('/metrics', {
    method: 'HEAD',
    headers: { accept: OPENMETRICS, 'accept-encoding': 'gzip' },
  });
  t.is(answer.status, 200);
  t.is(answer.headers['content-type'], OPENMETRICS);
  t.is(answer.text, '');
  t.deepEqual(
    streams.map(({ destroyed }) => destroyed),
    [true],
  );
  t.is(running.released[0], streams[0]);
  t.is((await running.get('/metrics/7', { method: 'HEAD' })).status, 404);
  for (const path of ['/', '/sd', '/-/ready', '/-/healthy']) {
    const [head, body] = await Promise.all([running.get(path, { method: 'HEAD' }), running.get(path)]);
    t.is(head.status, 200);
    t.is(head.text, '');
    t.is(head.headers['content-length'], body.headers['content-length']);
  }
});

test('instances have the time that the scraper allows', async (t) => {
  const running = await run(t, optionsOf({ PM2_METRICS_TIMEOUT: '2.5' }));
  const table: readonly [string | undefined, number][] = [
    [undefined, 2500],
    ['10', 9000],
    ['10.000000', 9000],
    ['2', 1500],
    ['0.5', 250],
    ['30', 27_000],
    ['3600', 60_000],
    ['0', 2500],
    ['-1', 2500],
    ['NaN', 2500],
    ['1e9', 2500],
    ['ten', 2500],
  ];
  for (const [seconds, ms] of table) {
    await running.get('/metrics', {
      headers: seconds === undefined ? {} : { 'x-prometheus-scrape-timeout-seconds': seconds },
    });
    t.is(running.asked.at(-1)?.deadlineMs, ms, seconds);
  }
});

const FAILURES = [
  [new ViewError('UNKNOWN_INSTANCE', 'PM2 runs nothing with the id 3.'), 404, 'PM2 runs nothing with the id 3.\n'],
  [new ViewError('UNAVAILABLE', "PM2's daemon cannot be reached."), 503, "PM2's daemon cannot be reached.\n"],
  [new ViewError('INTERNAL', 'a detail'), 500, 'The metrics server failed; its log says why.\n'],
  [new TypeError('a detail'), 500, 'The metrics server failed; its log says why.\n'],
  [Object.assign(new Error('a detail'), { statusCode: 418 }), 500, 'The metrics server failed; its log says why.\n'],
] as const;

for (const [error, status, text] of FAILURES) {
  test(`${error.name} "${error.message}" of the cluster is answered by ${status}`, async (t) => {
    const running = await run(t, undefined, {
      scrape: () => Promise.reject(error),
      instances: () => Promise.reject(error),
    });
    for (const path of ['/metrics', '/metrics/cluster', '/metrics/3', '/sd']) {
      const answer = await running.get(path, { headers: { 'accept-encoding': 'gzip' } });
      t.is(answer.status, status);
      t.is(answer.text, text);
      t.is(answer.headers['content-type'], 'text/plain; charset=utf-8');
      t.is(answer.headers['content-encoding'], undefined);
    }
    // Only errors that need a look at the log are logged as errors, with their cause.
    const errors = running.logged.filter(({ level }) => Number(level) >= 50);
    t.is(errors.length, status === 500 ? 4 : 0);
    for (const { err } of errors) t.is((err as Error).message, error.message);
  });
}

for (const encoding of ['identity', 'gzip']) {
  test(`an exposition that fails before its first byte is a plain error: ${encoding}`, async (t) => {
    const running = await run(t, undefined, {
      scrape: () =>
        Promise.resolve(
          new Readable({
            read() {
              this.destroy(new Error('the worker is gone'));
            },
          }),
        ),
    });
    const answer = await running.get('/metrics', { headers: { 'accept-encoding': encoding } });
    t.is(answer.status, 500);
    t.is(answer.text, 'The metrics server failed; its log says why.\n');
    t.is(answer.headers['content-type'], 'text/plain; charset=utf-8');
    t.is(answer.headers['content-encoding'], undefined);
  });

  test(`an exposition that fails halfway does not look complete: ${encoding}`, async (t) => {
    let chunks = 0;
    const running = await run(t, undefined, {
      scrape: () =>
        Promise.resolve(
          new Readable({
            read() {
              if (chunks++ < 40) this.push(chunk());
              else this.destroy(new Error('the worker is gone'));
            },
          }),
        ),
    });
    const response = await open(running.url, '/metrics', { headers: { 'accept-encoding': encoding } });
    t.is(response.statusCode, 200);
    await t.throwsAsync(response.resume().toArray(), { code: 'ECONNRESET' });
  });

  test(`a scraper that disconnects ends the work, and one that does not read halts it: ${encoding}`, async (t) => {
    const stream = new Endless();
    const running = await run(t, undefined, { scrape: () => Promise.resolve(stream) });
    const response = await open(running.url, '/metrics', { headers: { 'accept-encoding': encoding } });
    // When the buffers on the way are full, the rendering halts.
    let before = -1;
    await until('halt of the rendering', () => {
      const halted = before === stream.pulled && before > 0;
      before = stream.pulled;
      return halted ? true : undefined;
    });
    t.false(stream.destroyed);
    t.is(running.released.length, 0);
    response.destroy();
    await until('end of the work', () => (stream.destroyed ? true : undefined));
    await until('end of all loans', () => running.released.length === 1 || undefined);
    t.pass();
  });
}
