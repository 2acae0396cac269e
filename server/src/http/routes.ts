/** The URLs, and what each answers. */
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { MetricsCluster } from '../metrics-cluster';
import { labelNames, type ServerOptions } from '../options/options';
import type { Scraped } from '../view';
import { deadlineOf } from './deadline';
import { targetGroups, targetOf } from './discovery';
import { HttpError } from './errors';
import { CONTENT_TYPES, negotiate, prefersGzip, shownAs } from './formats';
import { sendAsset, type Assets } from './front/assets';
import { plainList } from './front/plain-list';

export interface RouteContext {
  readonly options: ServerOptions;
  readonly cluster: Pick<MetricsCluster, 'scrape' | 'instances' | 'overview' | 'ready' | 'dropSlowest'>;
  /** Version of the package. */
  readonly version: string;
  /** The page in a browser; `undefined`: it has not been built. */
  readonly assets?: Assets | undefined;
}

const OPEN = { isOpen: true } as const;

export function addRoutes(app: FastifyInstance, { options, cluster, version, assets }: RouteContext): void {
  const get = (url: string, handler: RouteHandlerMethod, config: FastifyContextConfig = {}) =>
    app.route({ method: ['GET', 'HEAD'], url, handler, config });
  const tls = options.tlsCert !== undefined;

  const scrape = async (what: Scraped, request: FastifyRequest, reply: FastifyReply) => {
    const writing = { format: negotiate(request.headers), gzip: prefersGzip(request.headers) };
    const deadline = deadlineOf(request.headers['x-prometheus-scrape-timeout-seconds'], options.timeout);
    const exposition = await cluster.scrape(what, writing, deadline);
    const { socket } = request.raw;
    const hasBody = request.method !== 'HEAD';
    // The client may have gone while the instances were asked.
    if (reply.raw.destroyed || socket.destroyed || !hasBody) {
      exposition.destroy();
      exposition.release();
    } else {
      // Everything has been sent then, or the sending has ended early.
      reply.raw.once('close', () => exposition.release());
      exposition.once('dropped', () => socket.destroy());
    }
    void reply.headers({ 'content-type': CONTENT_TYPES[writing.format], vary: 'accept, accept-encoding' });
    if (writing.gzip && hasBody) void reply.header('content-encoding', 'gzip');
    return reply.send(hasBody ? exposition : null);
  };
  get('/metrics', (request, reply) => scrape({ view: 'all' }, request, reply));
  get('/metrics/cluster', (request, reply) => scrape({ view: 'cluster' }, request, reply));
  get('/metrics/:id', (request, reply) => scrape({ view: 'instance', pmId: pmIdOf(request) }, request, reply));

  get('/metrics/:id/all', (request, reply) =>
    scrape({ view: 'instance', pmId: pmIdOf(request), complete: true }, request, reply),
  );

  get('/sd', async (request, reply) => {
    const target = targetOf(request.headers.host, request.socket, tls);
    return reply.send(targetGroups(await cluster.instances(), target, { labels: labelNames(options), tls }));
  });

  // Says only that the process answers.
  get('/-/healthy', (_, reply) => reply.send('Healthy.\n'), OPEN);
  get('/-/ready', (_, reply) => {
    if (!cluster.ready()) throw new HttpError(503, "PM2's daemon cannot be reached.");
    return reply.send('Ready.\n');
  });
  get('/', async (request, reply) => {
    if (assets !== undefined && isShell(request)) return sendAsset(assets.index, request, reply);
    const overview = await cluster.overview();
    void reply.header('vary', 'accept');
    if (shownAs(request.headers) === 'json') return reply.send({ version, ...overview });
    return reply.type('text/plain; charset=utf-8').send(plainList({ version, overview }));
  });
  for (const asset of assets?.others ?? [])
    get(`/${asset.name}`, (request, reply) => sendAsset(asset, request, reply), OPEN);
}

/** Whether a browser asks for the page, which has no data by itself. */
export function isShell({ routeOptions, headers }: FastifyRequest): boolean {
  return routeOptions.url === '/' && shownAs(headers) === 'page';
}

function pmIdOf({ params }: FastifyRequest): number {
  const { id } = params as { readonly id: string };
  if (!/^(?:0|[1-9]\d{0,8})$/.test(id)) {
    throw new HttpError(404, 'There is no such instance: expected a pm_id, which is a whole number, as in /metrics/0.');
  }
  return Number(id);
}
