/** What the page in a browser and the terminal table ask for: `server/protocol/page.ts` and `overview.ts` describe it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OverviewAnswer } from '../../../protocol/overview';
import type { FoundMetrics } from '../../../protocol/page';
import { readOpenCharts } from '../../live/charts/open-charts';
import type { Outlet, Viewer } from '../../live/viewers/viewer';
import { checkOrigin } from '../access/same-origin';
import { HttpError } from '../errors';
import { eventStream } from './event-stream';

/** Bytes of the list of charts. */
const MAX_CHARTS_BODY = 64 * 1024;
/** In characters. */
const MAX_SEARCH = 200;

/** What these routes show. */
export interface LiveSource {
  overview(): Promise<OverviewAnswer>;
  search(text: string): Promise<FoundMetrics>;
  /** @returns `undefined` if there are as many viewers as may be */
  open(outlet: () => Outlet): Viewer | undefined;
  /** The viewer that an open stream tells. */
  viewerOf(stream: string): Viewer | undefined;
  /** Ends all streams. */
  stop(): void;
}

export interface ApiContext {
  readonly live: LiveSource;
  /** Makes a check of a request that is allowed now: whether it would still be allowed later. */
  readonly allowance: (request: FastifyRequest) => () => boolean;
}

export function addApi(app: FastifyInstance, { live, allowance }: ApiContext): void {
  app.get('/api/overview', () => live.overview());

  app.get('/api/metrics', async (request) => {
    const { search = '' } = request.query as { readonly search?: unknown };
    if (typeof search !== 'string' || search.length > MAX_SEARCH)
      throw new HttpError(400, `Expected ?search= with at most ${MAX_SEARCH} characters.`);
    return live.search(search);
  });

  app.get('/api/live', { exposeHeadRoute: false }, (request, reply) => {
    const viewer = live.open(() => eventStream(reply, allowance(request)));
    if (viewer === undefined)
      throw new HttpError(503, 'As many pages are open as this server serves: close one of them.');
  });

  app.post(
    '/api/live/:stream',
    { config: { maxBody: MAX_CHARTS_BODY }, bodyLimit: MAX_CHARTS_BODY },
    (request, reply) => {
      checkOrigin(request);
      const { stream } = request.params as { readonly stream: string };
      const viewer = live.viewerOf(stream);
      if (viewer === undefined) throw new HttpError(404, 'There is no such stream: open api/live again.');
      const read = readOpenCharts(request.body);
      if (!read.ok) throw new HttpError(400, read.problem);
      viewer.show(read.charts);
      return reply.code(204).send();
    },
  );
}
