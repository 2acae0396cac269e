/**
 * An HTTP server on a free loopback port, with a cluster that a test scripts, and requests to it.
 *
 * The cluster is a stand-in: it fails halfway, never ends, and notes when it is destroyed or released, each at a moment that
 * the test chooses. The real cluster does none of that on demand. Tests of the server with the real one are in
 * `metrics-cluster.test.ts`, `main.test.ts` and `e2e/`.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { createGzip, gunzipSync } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import type { LiveSource } from '../../src/http/api/routes';
import { createHttpServer } from '../../src/http/server';
import type { HttpServer, HttpServerInput } from '../../src/http/server';
import { readOptions } from '../../src/options/read-options';
import type { ServerOptions } from '../../src/options/options';
import type { RouteContext } from '../../src/http/routes';
import type { Scraped } from '../../src/view';

/** Text that does not compress well. */
export const chunk = (): Buffer => Buffer.from(randomBytes(32 * 1024).toString('hex'));

export class Endless extends Readable {
  pulled = 0;

  override _read(): void {
    this.pulled++;
    this.push(chunk());
  }
}

export const DEFAULTS = optionsOf({});

export function optionsOf(env: Readonly<Record<string, string>>): ServerOptions {
  const result = readOptions({ env: { PM2_METRICS_PORT: '0', PM2_HOME: '/pm2', ...env }, folder: '/' });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.options;
}

export interface Asked {
  readonly what: Scraped;
  readonly format: string;
  readonly deadlineMs: number;
}

export interface Running {
  readonly server: HttpServer;
  readonly port: number;
  readonly url: string;
  /** All requests to the cluster. */
  readonly asked: readonly Asked[];
  /** Lines of the log. */
  readonly logged: readonly Record<string, unknown>[];
  /** Expositions that were released. */
  readonly released: readonly Readable[];
  get(path: string, options?: RequestOptions, body?: string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Decompressed. */
  readonly text: string;
  readonly encoded: Buffer;
}

type Cluster = RouteContext['cluster'];

/** The cluster that a test scripts; `run` adds the release of its expositions. */
interface ScriptedCluster extends Omit<Cluster, 'scrape'> {
  scrape(...args: Parameters<Cluster['scrape']>): Promise<Readable>;
}

/** A dashboard without pages, which has nothing to tell. */
export const NO_LIVE: LiveSource = {
  overview: () => Promise.resolve({ version: '1.2.3', now: 1, problem: null, processes: [] }),
  search: () => Promise.resolve({ metrics: [], total: 0 }),
  open: () => undefined,
  viewerOf: () => undefined,
  stop: () => undefined,
};

export async function run(
  t: ExecutionContext,
  options = DEFAULTS,
  script: Partial<ScriptedCluster> = {},
  more: Partial<Pick<HttpServerInput, 'live' | 'assets'>> = {},
): Promise<Running> {
  const asked: Asked[] = [];
  const released: Readable[] = [];
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line) as never) });
  const scripted: ScriptedCluster = {
    scrape: (what) => Promise.resolve(Readable.from([Buffer.from(`exposition of ${JSON.stringify(what)}\n`)])),
    instances: () => Promise.resolve([]),
    overview: () => Promise.resolve({ problem: null, processes: [] }),
    ready: () => true,
    dropSlowest: () => false,
    ...script,
  };
  const cluster: Cluster = {
    instances: () => scripted.instances(),
    overview: () => scripted.overview(),
    ready: () => scripted.ready(),
    dropSlowest: () => scripted.dropSlowest(),
    async scrape(what, writing, deadlineMs) {
      asked.push({ what, format: writing.format, deadlineMs });
      const exposition = await scripted.scrape(what, writing, deadlineMs);
      const release = (): void => {
        if (!released.includes(exposition)) released.push(exposition);
      };
      if (!writing.gzip) return Object.assign(exposition, { release });
      return Object.assign(
        pipeline(exposition, createGzip(), () => undefined),
        { release },
      );
    },
  };
  const server = await createHttpServer({ options, cluster, log, version: '1.2.3', live: NO_LIVE, ...more });
  t.teardown(() => server.close());
  const url = await server.listen();
  const port = Number(new URL(url).port);
  return { server, port, url, asked, logged, released, get: (path, how, body) => get(url, path, how, body) };
}

/** @param body is posted, unless the options name another method */
export async function get(url: string, path: string, options: RequestOptions = {}, body?: string): Promise<Answer> {
  const response = await open(url, path, body === undefined ? options : { method: 'POST', ...options }, body);
  const encoded = Buffer.concat((await response.toArray()) as Buffer[]);
  const { statusCode: status = 0, headers } = response;
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(encoded) : encoded).toString();
  return { status, headers, text, encoded };
}

/** @returns the answer when its headers have come, with its body still to be read */
export async function open(
  url: string,
  path: string,
  options: RequestOptions = {},
  body?: string,
): Promise<IncomingMessage> {
  const { hostname, port, protocol } = new URL(url);
  const request = protocol === 'https:' ? httpsRequest : httpRequest;
  const sent = request({ hostname: hostname.replace(/[[\]]/g, ''), port, path, agent: false, ...options });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}
