/**
 * A small server that speaks `server/protocol/page.ts`, with the events that a test or a benchmark wants. It stands behind
 * a path, as behind a reverse proxy.
 */
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };
const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:"],
  ...["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
].join('; ');
const COOKIE = 'session=open';

class ContractServer {
  /** What a stream begins with. */
  past = [[], []];
  processes = [];
  marks = [];
  problem = null;
  version = '1.2.3';
  found = { metrics: [], total: 0 };
  cardinality = { metrics: [], series: 0, since: 0 };
  /** `{user, password}`: all but the page's files need a log-in. */
  credentials;
  /** What a chart shows: `{unit, names, hasOther, past: [times, values]}`, or `{error}`. */
  describe = () => ({ unit: null, names: ['all'], hasOther: false, past: [[], [[]]] });
  /** What the page has posted last. */
  charts = [];
  searches = [];
  /** Searches are answered once it has resolved. */
  searching = Promise.resolve();
  /** How many searches have waited for their answers at once. */
  mostSearches = 0;
  #waiting = 0;
  /** Whether streams are refused, as by a proxy whose server is away. */
  isAway = false;
  #streams = new Map();
  #opened = 0;
  #server;

  /** @param {{folder: string, base?: string}} options `folder` has the bundled page */
  constructor({ folder, base = '/' }) {
    this.folder = folder;
    this.base = base;
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
  }

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.#server.address().port}${this.base}`;
  }

  get streams() {
    return this.#streams.size;
  }

  /** To all pages. */
  send(event, data) {
    for (const response of this.#streams.values()) write(response, event, data);
  }

  dropStreams() {
    for (const response of this.#streams.values()) response.destroy();
  }

  async close() {
    this.dropStreams();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request, response) {
    const url = new URL(request.url, 'http://localhost');
    const where = url.pathname.startsWith(this.base) ? url.pathname.slice(this.base.length) : undefined;
    if (where === undefined) return response.writeHead(404).end();
    if (where === '' || /^app\.(js|css)$/.test(where)) return this.#sendFile(where || 'index.html', response);
    if (this.isAway) return response.writeHead(502).end('<html>Bad gateway</html>');
    if (where === 'login') return this.#logIn(await bodyOf(request), response);
    if (where === 'logout') return response.writeHead(204, { 'set-cookie': 'session=; Max-Age=0' }).end();
    if (this.credentials && request.headers.cookie !== COOKIE) return json(response, { message: 'No.' }, 401);
    if (where === 'api/live') return this.#openStream(response);
    if (where.startsWith('api/live/')) {
      return this.#takeCharts(where.slice('api/live/'.length), JSON.parse(await bodyOf(request)), response);
    }
    if (where === 'api/overview') {
      return json(response, { version: this.version, now: Date.now(), problem: this.problem, processes: [] });
    }
    if (where === 'api/cardinality') return json(response, this.cardinality);
    if (where === 'api/metrics') return this.#search(url.searchParams.get('search') ?? '', response);
    return response.writeHead(404).end();
  }

  #sendFile(name, response) {
    response.writeHead(200, { 'content-type': TYPES[path.extname(name)], 'content-security-policy': POLICY });
    response.end(fs.readFileSync(path.join(this.folder, name)));
  }

  #logIn(body, response) {
    const { user, password } = Object.fromEntries(new URLSearchParams(body));
    const isRight = user === this.credentials?.user && password === this.credentials?.password;
    if (!isRight) return json(response, { message: 'No.' }, 401);
    return response.writeHead(204, { 'set-cookie': `${COOKIE}; HttpOnly; SameSite=Strict` }).end();
  }

  #openStream(response) {
    const name = `stream-${++this.#opened}`;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#streams.set(name, response);
    response.on('close', () => this.#streams.delete(name));
    write(response, 'hello', [name, this.version, Date.now()]);
    write(response, 'past', this.past);
    write(response, 'processes', this.processes);
    write(response, 'marks', this.marks);
  }

  #takeCharts(name, { charts }, response) {
    const stream = this.#streams.get(name);
    if (stream === undefined) return json(response, { message: 'There is no such stream.' }, 404);
    const before = new Set(this.charts.map((chart) => JSON.stringify(chart)));
    this.charts = charts;
    response.writeHead(204).end();
    for (const chart of charts) {
      if (before.has(JSON.stringify(chart)) && stream.described?.has(chart.id)) continue;
      stream.described = (stream.described ?? new Set()).add(chart.id);
      const { error, unit, names, hasOther, past } = this.describe(chart);
      write(stream, 'series', error === undefined ? [chart.id, unit, names, hasOther] : [chart.id, error]);
      if (error === undefined) write(stream, 'points', [chart.id, ...past]);
    }
  }

  async #search(search, response) {
    this.searches.push(search);
    this.mostSearches = Math.max(this.mostSearches, ++this.#waiting);
    await this.searching;
    this.#waiting--;
    const metrics = this.found.metrics.filter(({ name }) => name.includes(search));
    json(response, { metrics: metrics.slice(0, 100), total: metrics.length });
  }
}

function write(response, event, data) {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function json(response, value, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function bodyOf(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

module.exports = { ContractServer };
