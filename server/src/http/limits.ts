/** Bounds on all that comes from outside. */
import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { MAX_DEADLINE_MS } from './deadline';
import { HttpError } from './errors';

/** Options of the Node.js server. */
export const SERVER_LIMITS = {
  /** Bytes of the request line and all headers. */
  maxHeaderSize: 8 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  /** Of TLS. */
  handshakeTimeout: 10_000,
  /** Longer than the usual time between two scrapes, so that scrapers keep their connection. */
  keepAliveTimeout: 90_000,
  /** How often the first two times are looked after. */
  connectionsCheckingInterval: 5_000,
} as const;

/** A connection that neither sends nor takes anything: longer than instances can take to answer. */
const IDLE_MS = MAX_DEADLINE_MS + 60_000;
/** Characters. */
export const MAX_URL = 1024;
const DROPPED_LOG_MS = 60_000;

export function limitConnections(server: Server, maxConnections: number, log: Logger): void {
  server.maxConnections = maxConnections;
  server.setTimeout(IDLE_MS);
  let logged = -Infinity;
  server.on('drop', () => {
    if (performance.now() - logged < DROPPED_LOG_MS) return;
    logged = performance.now();
    log.warn(`A connection was refused: there are ${maxConnections} already, as maxConnections allows`);
  });
}

export function limitRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { method, url, headers } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      // With the connection goes a body that nobody wants to read.
      void reply.headers({ allow: 'GET, HEAD', connection: 'close' });
      done(new HttpError(405, 'Only GET and HEAD are answered here.'));
    } else if (url.length > MAX_URL) {
      done(new HttpError(414, `The URL is longer than ${MAX_URL} characters.`));
    } else if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0) {
      void reply.header('connection', 'close');
      done(new HttpError(413, 'No request has a body here.'));
    } else {
      done();
    }
  });
}
