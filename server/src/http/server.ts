/** The HTTP server: what it serves is in routes.ts, all else here and around is how. */
import compress from '@fastify/compress';
import fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { ServerOptions } from '../options/options';
import type { ClusterView } from '../view';
import { protect } from './auth';
import { readCredentials } from './credentials';
import { answerClientError, answerError, answerErrors } from './errors';
import { MAX_URL, SERVER_LIMITS, limitConnections, limitRequests } from './limits';
import { HEALTHY, addRoutes } from './routes';
import { readCertificate } from './tls';
import type { Certificate } from './tls';

export interface HttpServerInput {
  readonly options: ServerOptions;
  readonly view: ClusterView;
  readonly log: Logger;
  /** Of the package. */
  readonly version: string;
}

export interface HttpServer {
  /** @returns the URL of the landing page. Rejects with the system's error, such as EADDRINUSE. */
  listen(): Promise<string>;
  /** Where it listens. `undefined` before and after. */
  address(): AddressInfo | undefined;
  /** Looks now for changes of certificates, passwords and tokens, as it does each second. */
  checkFiles(): Promise<void>;
  /** Answers that are on their way have half a second to arrive. Repeatable; never rejects. */
  close(): Promise<void>;
}

const CLOSE_MS = 500;
/** Two thirds of the default level's time for a tenth more bytes, in a thread of libuv; chunks as they are rendered. */
const GZIP = { level: 3, chunkSize: 64 * 1024 };

/** Rejects where a certificate, password or token file cannot be used. */
export async function createHttpServer({ options, view, log, version }: HttpServerInput): Promise<HttpServer> {
  const certificate = await readCertificate(options, log);
  const credentials = await readCredentials(options, log);
  // Where it listens is for the caller to say: Fastify would say it too, at this level and for each interface.
  const loggerInstance: FastifyBaseLogger = log.child({}, { level: log.level === 'info' ? 'warn' : log.level });
  const app: FastifyInstance = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    serverFactory: (handler) => createRawServer(handler, certificate),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_URL },
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
    clientErrorHandler: answerClientError,
  });
  limitConnections(app.server, options.maxConnections, log);

  await app.register(compress, {
    encodings: ['gzip', 'identity'],
    zlibOptions: GZIP,
    customTypes: /^(?:text\/|application\/(?:json|openmetrics-text|vnd\.google\.protobuf))/,
    globalDecompression: false,
  });
  app.addHook('onRequest', (_, reply, done) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    done();
  });
  limitRequests(app);
  await protect(app, credentials, [HEALTHY]);
  answerErrors(app);
  addRoutes(app, { options, view, version });

  const address = (): AddressInfo | undefined => (app.server.address() as AddressInfo | null) ?? undefined;
  return {
    async listen() {
      await app.listen({ host: options.host, port: options.port });
      const bound = address();
      if (bound !== undefined && !isLoopback(bound.address) && !credentials.basic && !credentials.bearer) {
        log.warn(`Whoever reaches ${bound.address} can read all metrics: set basicAuthUser or bearerTokenFiles`);
      }
      return urlOf(options, bound);
    },
    address,
    async checkFiles() {
      await Promise.all([certificate?.check(), credentials.check()]);
    },
    async close() {
      certificate?.stop();
      credentials.stop();
      const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
      await app.close();
      clearTimeout(timer);
    },
  };
}

function createRawServer(handler: RequestListener, certificate: Certificate | undefined): Server {
  if (certificate === undefined) return createServer(SERVER_LIMITS, handler);
  const { cert, key } = certificate;
  const server = createTlsServer({ ...SERVER_LIMITS, cert, key }, handler);
  certificate.serve(server);
  return server;
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

function urlOf({ host, port, tlsCert }: ServerOptions, bound: AddressInfo | undefined): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tlsCert === undefined ? 'http' : 'https'}://${name}:${bound?.port ?? port}/`;
}
