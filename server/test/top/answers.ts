/** Answers of a metrics server, and a small HTTP server that gives them. */
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import type { OverviewAnswer, OverviewProcess } from '../../protocol/overview';
import type { Cardinality } from '../../protocol/page';
import type { Pair } from '../http/certificates';

export const NOW = 1_795_000_000_000;

export function processOf(fields: Partial<OverviewProcess> & Pick<OverviewProcess, 'pmId'>): OverviewProcess {
  return {
    run: `${fields.pmId}-1`,
    app: 'shop',
    namespace: null,
    status: 'online',
    startedAt: NOW - 3_725_000,
    restarts: 0,
    cpu: 0.125,
    memoryBytes: 77_700_000,
    eventLoopDelay: 0.0123,
    requestsPerSecond: 12.5,
    errorsPerSecond: 0,
    p95: 0.25,
    sessions: null,
    blockedSince: null,
    stack: null,
    odd: null,
    why: null,
    path: `/metrics/${fields.pmId}`,
    ...fields,
  };
}

export const OVERVIEW: OverviewAnswer = {
  version: '1.2.3',
  now: NOW,
  problem: null,
  processes: [
    processOf({ pmId: 0 }),
    processOf({ pmId: 1, cpu: 0.9, errorsPerSecond: 1.5, odd: 'errors', sessions: 1234 }),
    processOf({ pmId: 2, app: 'api', blockedSince: NOW - 65_000, requestsPerSecond: 0 }),
    processOf({
      pmId: 3,
      app: 'worker',
      namespace: 'jobs',
      status: 'stopped',
      cpu: null,
      memoryBytes: null,
      eventLoopDelay: null,
      requestsPerSecond: null,
      errorsPerSecond: null,
      p95: null,
      why: 'PM2 says that it is stopped',
    }),
  ],
};

export const CARDINALITY: Cardinality = {
  series: 12_600,
  since: Date.now() - 1_800_000,
  metrics: [
    {
      metric: 'http_requests_total',
      app: 'shop',
      series: 12_500,
      grown: 4000,
      attributes: [
        { name: 'path', values: 3000, grown: 1000 },
        { name: 'method', values: 4, grown: 0 },
      ],
      processes: [
        { pmId: 1, series: 8500 },
        { pmId: 0, series: 4000 },
      ],
    },
    { metric: 'carts', app: 'shop', series: 100, grown: -3, attributes: [], processes: [{ pmId: 0, series: 100 }] },
  ],
};

/** In place of an answer: none. */
export const SILENCE = 'silence';

export interface AnswersServer {
  readonly url: string;
  /** May be replaced. */
  readonly answers: Record<string, unknown>;
  /** The headers of the requests. */
  readonly authorizations: readonly (string | undefined)[];
}

/** @param wants the header that it lets in; `undefined`: all */
export async function serveAnswers(t: ExecutionContext, wants?: string, pair?: Pair): Promise<AnswersServer> {
  const answers: Record<string, unknown> = { '/api/overview': OVERVIEW, '/api/cardinality': CARDINALITY };
  const authorizations: (string | undefined)[] = [];
  const listener: RequestListener = (request, response) => {
    authorizations.push(request.headers.authorization);
    const answer = answers[request.url ?? ''];
    if (wants !== undefined && request.headers.authorization !== wants) response.writeHead(401).end('no');
    else if (answer === SILENCE) return;
    else if (answer === undefined) response.writeHead(404).end('no');
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  };
  const server = pair === undefined ? createHttp(listener) : createTls(pair, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${pair === undefined ? 'http' : 'https'}://127.0.0.1:${port}/`, answers, authorizations };
}
