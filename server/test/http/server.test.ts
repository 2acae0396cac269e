/** All URLs but those of metrics, and the limits on requests. */
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import test from 'ava';
import { targetOf } from '../../src/http/discovery';
import { ViewError } from '../../src/view';
import { until } from '../../../test/support/until';
import { get, open, optionsOf, run } from './running-server';

const INSTANCES = [
  { app: 'shop', pmId: 0 },
  { app: 'shop', pmId: 4 },
  { app: '<b>&"\'', pmId: 11 },
];

test('/sd lists one target per instance, where the scraper has reached it', async (t) => {
  const options = optionsOf({ PM2_METRICS_APP_LABEL: 'app', PM2_METRICS_INSTANCE_LABEL: 'id' });
  const running = await run(t, options, { instances: () => Promise.resolve(INSTANCES) });
  const { status, headers, text } = await running.get('/sd', { headers: { host: 'web-1.example:15050' } });
  t.is(status, 200);
  t.is(headers['content-type'], 'application/json; charset=utf-8');
  t.deepEqual(
    JSON.parse(text),
    INSTANCES.map(({ app, pmId }) => ({
      targets: ['web-1.example:15050'],
      labels: { __metrics_path__: `/metrics/${pmId}/all`, app, id: String(pmId) },
    })),
  );
});

test('/sd without instances is an empty list, and without PM2 an error, so that Prometheus keeps its list', async (t) => {
  const empty = await run(t);
  t.is((await empty.get('/sd')).text, '[]');
  const away = await run(t, undefined, {
    instances: () => Promise.reject(new ViewError('UNAVAILABLE', "PM2's daemon cannot be reached.")),
  });
  const { status, text } = await away.get('/sd');
  t.is(status, 503);
  t.is(text, "PM2's daemon cannot be reached.\n");
});

const LOCAL = { localAddress: '10.0.0.7', localPort: 15_050 };
const HOSTS: readonly [host: string | undefined, target: string][] = [
  ['web-1:15050', 'web-1:15050'],
  ['web_1.example', 'web_1.example:80'],
  ['10.0.0.9:1', '10.0.0.9:1'],
  ['[2001:db8::1]:15050', '[2001:db8::1]:15050'],
  ['[::1]', '[::1]:80'],
  [undefined, '10.0.0.7:15050'],
  ['', '10.0.0.7:15050'],
  ['web-1:0', '10.0.0.7:15050'],
  ['web-1:65536', '10.0.0.7:15050'],
  ['web-1:x', '10.0.0.7:15050'],
  ['user@web-1:80', '10.0.0.7:15050'],
  ['web-1/metrics', '10.0.0.7:15050'],
  ['a b', '10.0.0.7:15050'],
  ['${x}', '10.0.0.7:15050'],
  ['2001:db8::1', '10.0.0.7:15050'],
  [`${'a'.repeat(300)}:80`, '10.0.0.7:15050'],
];

for (const [host, target] of HOSTS) {
  test(`a scraper with the header Host ${String(host)} gets the target ${target}`, (t) => {
    t.is(targetOf(host, LOCAL, false), target);
  });
}

test('an address of IPv6 is written as one, and a missing port is that of the scheme', (t) => {
  t.is(targetOf(undefined, { localAddress: '::1', localPort: 9 }, false), '[::1]:9');
  t.is(targetOf(undefined, { localAddress: '::ffff:10.0.0.7', localPort: 9 }, false), '10.0.0.7:9');
  t.is(targetOf('web-1', LOCAL, true), 'web-1:443');
});

test('it is always healthy, and ready when it reaches PM2', async (t) => {
  let ready = false;
  const { get } = await run(t, undefined, { ready: () => ready });
  t.is((await get('/-/healthy')).status, 200);
  const not = await get('/-/ready');
  t.is(not.status, 503);
  t.is(not.text, "PM2's daemon cannot be reached.\n");
  ready = true;
  t.is((await get('/-/ready')).status, 200);
});

test('/ lists as plain text what there is, and has nothing of a name that would be more than text', async (t) => {
  const processes = INSTANCES.map(({ app, pmId }) => ({
    app,
    pmId,
    status: 'online',
    path: `/metrics/${pmId}`,
    why: null,
    blockedSince: null,
    stack: null,
  }));
  const why = 'PM2 says that it is stopped';
  const other = { app: 'a\nb', pmId: 12, status: 'stopped', path: null, why, blockedSince: 1, stack: 'at x\nat y\x1b' };
  const overview = { problem: null, processes: [...processes, other] };
  const running = await run(t, undefined, { overview: () => Promise.resolve(overview) });
  const { status, headers, text } = await running.get('/');
  t.is(status, 200);
  t.is(headers['content-type'], 'text/plain; charset=utf-8');
  t.is(headers['x-content-type-options'], 'nosniff');
  const paths = Array.from(text.matchAll(/^\/\S+/gm), ([path]) => path.replace(/:$/, ''));
  t.deepEqual(paths, [
    '/metrics',
    '/metrics/cluster',
    '/sd',
    '/api/overview',
    '/api/cardinality',
    '/-/healthy',
    '/-/ready',
    '/metrics/0',
    '/metrics/4',
    '/metrics/11',
  ]);
  for (const path of paths) t.is((await running.get(path)).status, 200);
  t.true(text.includes('1.2.3'));
  t.true(text.includes('a\\nb (12): PM2 says that it is stopped\n    at x\n    at y\\u001b\n'));
  t.is(headers.vary, 'accept');

  const json = await running.get('/', { headers: { accept: 'application/json' } });
  t.is(json.headers['content-type'], 'application/json; charset=utf-8');
  t.deepEqual(JSON.parse(json.text), { version: '1.2.3', ...overview });

  const problem = "PM2's daemon cannot be asked: no connection to PM2's daemon at /pm2/rpc.sock (ENOENT).";
  const away = await run(t, undefined, { overview: () => Promise.resolve({ problem, processes: [] }) });
  // Without the page, a browser gets the same.
  const page = await away.get('/', { headers: { accept: 'text/html,*/*;q=0.8' } });
  t.is(page.status, 200);
  t.true(page.text.includes('/pm2/rpc.sock (ENOENT)'));
});

test('an unknown page is answered by a plain sentence', async (t) => {
  const { get } = await run(t);
  for (const path of ['/metric', '/metrics/1/2', '/%zz', '/metrics/%zz', '/../etc/passwd', '/favicon.ico']) {
    const { status, headers, text } = await get(path);
    t.true(status === 404 || status === 400, path);
    t.is(headers['content-type'], 'text/plain; charset=utf-8', path);
    t.regex(text, /^The request is malformed\.\n$|^There is [^{}]+\.\n$/, path);
  }
});

test('only GET and HEAD are answered, with any body', async (t) => {
  const running = await run(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']) {
    for (const path of ['/metrics', '/-/healthy', '/nothing']) {
      const { status, headers, text } = await running.get(path, {
        method,
        headers: { 'content-type': 'application/json' },
      });
      t.is(status, 405, `${method} ${path}`);
      t.is(headers.allow, 'GET, HEAD');
      t.is(text, 'Only GET and HEAD are answered here.\n');
    }
  }
  t.deepEqual(running.asked, []);
});

async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close').catch(() => undefined);
  return Buffer.concat(chunks).toString();
}

test('bodies, long URLs, large headers and other protocols are refused by a plain sentence', async (t) => {
  const running = await run(t);
  const end = 'host: x\r\nconnection: close\r\n';
  const table: readonly [request: string, status: number][] = [
    [`GET /metrics HTTP/1.1\r\n${end}\r\n`, 200],
    [`GET /metrics HTTP/1.1\r\n${end}content-length: 0\r\n\r\n`, 200],
    [`GET /metrics HTTP/1.1\r\n${end}content-length: 5\r\n\r\nhello`, 413],
    [`GET /metrics HTTP/1.1\r\n${end}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 413],
    [`GET /metrics?${'x'.repeat(1010)} HTTP/1.1\r\n${end}\r\n`, 200],
    [`GET /metrics?${'x'.repeat(1020)} HTTP/1.1\r\n${end}\r\n`, 414],
    [`GET /metrics/${'1'.repeat(900)} HTTP/1.1\r\n${end}\r\n`, 404],
    [`GET /metrics HTTP/1.1\r\n${end}x: ${'x'.repeat(7000)}\r\n\r\n`, 200],
    [`GET /metrics HTTP/1.1\r\n${end}x: ${'x'.repeat(9000)}\r\n\r\n`, 431],
    [`GET /metrics?${'x'.repeat(9000)} HTTP/1.1\r\n${end}\r\n`, 431],
    ['GET /metrics HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['hello\r\n\r\n', 400],
    [`FOO /metrics HTTP/1.1\r\n${end}\r\n`, 400],
  ];
  for (const [request, status] of table) {
    const answer = await raw(running.port, request);
    t.regex(answer, new RegExp(`^HTTP/1.1 ${status} `), request.slice(0, 60));
    t.false(/ {4}at |node_modules|FST_/.test(answer));
  }
  t.is((await running.get('/-/healthy')).status, 200);
  t.is(running.logged.filter(({ level }) => Number(level) >= 50).length, 0);
});

test('connections beyond the limit are refused, and accepted again when others have closed', async (t) => {
  const running = await run(t, optionsOf({ PM2_METRICS_MAX_CONNECTIONS: '2' }));
  const agents = [1, 2].map(() => new Agent({ keepAlive: true }));
  for (const agent of agents) t.is((await running.get('/-/healthy', { agent })).status, 200);
  await t.throwsAsync(running.get('/-/healthy'), { code: 'ECONNRESET' });
  await t.throwsAsync(running.get('/-/healthy'), { code: 'ECONNRESET' });
  t.is(running.logged.filter(({ level }) => level === 40).length, 1);
  agents.forEach((agent) => agent.destroy());
  t.is(await until('free connection', () => running.get('/-/healthy').then(({ status }) => status)), 200);
});

test('closing ends responses that have begun, and is repeatable', async (t) => {
  const stream = new Readable({ read: () => undefined });
  stream.push('a beginning\n');
  const running = await run(t, undefined, { scrape: () => Promise.resolve(stream) });
  const response = await open(running.url, '/metrics');
  await Promise.all([running.server.close(), running.server.close()]);
  await running.server.close();
  await t.throwsAsync(response.toArray(), { code: 'ECONNRESET' });
  t.true(await until('end of the work', () => stream.destroyed || undefined));
  await t.throwsAsync(get(running.url, '/'), { code: 'ECONNREFUSED' });
});

test('a port in use is an error of the start', async (t) => {
  const { port } = await run(t);
  await t.throwsAsync(run(t, optionsOf({ PM2_METRICS_PORT: String(port) })), { code: 'EADDRINUSE' });
});
