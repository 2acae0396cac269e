/** Limits on connections and requests. */
import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { MAX_DEADLINE_MS } from './deadline';
import { HttpError } from './errors';

/** Options of the Node.js server. */
export const SERVER_LIMITS = {
  /** Bytes of the request line and all headers. */
  maxHeaderSize: 8 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  /** For the handshake of TLS. */
  handshakeTimeout: 10_000,
  /** Longer than the usual time between two scrapes, so that scrapers keep their connection. */
  keepAliveTimeout: 90_000,
  /** How often Node.js checks the headers' and the request's timeout. */
  connectionsCheckingInterval: 5_000,
} as const;

/** A connection on which nothing moves is closed after this time, which is longer than instances can take to answer. */
const IDLE_MS = MAX_DEADLINE_MS + 60_000;
/** In characters. */
export const MAX_URL = 1024;
/** Pause between two log lines about refused connections. */
const DROPPED_LOG_MS = 60_000;

interface ConnectionLimits {
  /** Largest number of connections at a time. */
  readonly max: number;
  readonly log: Logger;
  /** Closes a connection that may be closed in favour of another one. @returns whether there is any */
  readonly makeRoom: () => boolean;
}

/** A connection beyond the limit takes the place of the slowest reader; if there is none, it is refused. */
export function limitConnections(server: Server, { max, log, makeRoom }: ConnectionLimits): void {
  const open = new Set<Socket>();
  server.setTimeout(IDLE_MS);
  let logged = -Infinity;
  server.on('connection', (socket: Socket) => {
    if (open.size >= max && !makeRoom()) {
      socket.destroy();
      if (performance.now() - logged < DROPPED_LOG_MS) return;
      logged = performance.now();
      log.warn(
        `Connections are refused: ${max} are open, which is the limit. Raise maxConnections if all of them are scrapers`,
      );
      return;
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
}

/** What a route says of itself, beside its handler. */
declare module 'fastify' {
  interface FastifyContextConfig {
    /** Most bytes of a request's body; without it the route takes none, and answers GET and HEAD only. */
    readonly maxBody?: number;
    /** Whether it needs no credentials. */
    readonly isOpen?: boolean;
  }
}

export function limitRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { method, url, headers } = request;
    const maxBody = request.routeOptions.config?.maxBody;
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
    if (method !== 'GET' && method !== 'HEAD' && maxBody === undefined) {
      // Closing the connection spares reading a body.
      void reply.headers({ allow: 'GET, HEAD', connection: 'close' });
      done(new HttpError(405, 'Only GET and HEAD are answered here.'));
    } else if (url.length > MAX_URL) {
      done(new HttpError(414, `The URL is longer than ${MAX_URL} characters.`));
    } else if (hasBody && maxBody === undefined) {
      void reply.header('connection', 'close');
      done(new HttpError(413, 'Requests must not have a body here.'));
    } else if (hasBody && !(Number(headers['content-length']) <= (maxBody ?? 0))) {
      void reply.header('connection', 'close');
      done(new HttpError(413, `The body must say its length, of at most ${maxBody ?? 0} bytes.`));
    } else {
      done();
    }
  });
}
