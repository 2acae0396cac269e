/** Puts the HTTP server together: limits, access control, TLS, errors, and the routes of routes.ts. */
import fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { ServerOptions } from '../options/options';
import { isProtected, protect } from './access/auth';
import { readCredentials } from './access/credentials';
import { addLogin } from './access/login';
import { Sessions } from './access/sessions';
import { addApi, type LiveSource } from './api/routes';
import { answerClientError, ErrorAnswers } from './errors';
import { MAX_URL, SERVER_LIMITS, limitConnections, limitRequests } from './limits';
import { addRoutes, isShell } from './routes';
import type { RouteContext } from './routes';
import { readCertificate } from './tls';
import type { Certificate } from './tls';
import { takeTurns } from './turns';

export interface HttpServerInput extends RouteContext {
  readonly log: Logger;
  readonly live: LiveSource;
}

export interface HttpServer {
  /** @returns the URL of the landing page. Rejects with the system's error, for instance EADDRINUSE. */
  listen(): Promise<string>;
  /** Responses that have begun get half a second to end. Repeatable; never rejects. */
  close(): Promise<void>;
}

const CLOSE_MS = 500;

/** Rejects if a certificate, password or token file cannot be used. */
export async function createHttpServer(input: HttpServerInput): Promise<HttpServer> {
  const { options, cluster, live, log, assets } = input;
  const certificate = await readCertificate(options, log);
  const credentials = await readCredentials(options, log);
  // The caller logs the address. Fastify would log it too, with level info and once per interface.
  const loggerInstance: FastifyBaseLogger = log.child({}, { level: log.level === 'info' ? 'warn' : log.level });
  const errors = new ErrorAnswers();
  const app: FastifyInstance = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    serverFactory: (handler) => createRawServer(handler, certificate),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_URL },
    frameworkErrors: (error, request, reply) => errors.answer(error, request, reply),
    clientErrorHandler: answerClientError,
  });
  limitConnections(app.server, { max: options.maxConnections, log, makeRoom: () => cluster.dropSlowest() });

  takeTurns(app);
  app.addHook('onRequest', (_, reply, done) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    done();
  });
  limitRequests(app);
  const sessions = new Sessions({ credentials, port: options.port, tls: certificate !== undefined });
  const isOpen = (request: FastifyRequest): boolean =>
    request.routeOptions.config?.isOpen === true || (assets !== undefined && isShell(request));
  const allowance = await protect(app, { credentials, sessions, isOpen });
  errors.handle(app);
  addRoutes(app, input);
  addLogin(app, { credentials, sessions });
  addApi(app, { live, allowance });

  return {
    async listen() {
      await app.listen({ host: options.host, port: options.port });
      const bound = app.server.address() as AddressInfo;
      if (!isLoopback(bound.address) && !isProtected(credentials)) {
        log.warn(
          `Every client that reaches ${bound.address} can read all metrics: to restrict access, set basicAuthUser or bearerTokenFiles`,
        );
      }
      return urlOf(options, bound);
    },
    async close() {
      certificate?.stop();
      credentials.stop();
      live.stop();
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

function urlOf({ host, tlsCert }: ServerOptions, { port }: AddressInfo): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tlsCert === undefined ? 'http' : 'https'}://${name}:${port}/`;
}
