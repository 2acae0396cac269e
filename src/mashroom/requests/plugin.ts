/** The bootstrap of the request middleware: counts and times the server's requests, as Mashroom's own collector does. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StateLog } from '../../../core/state-log';
import { messageOf } from '../../../core/values';
import { describeProblem } from '../../config/read-config';
import { guardLogger } from '../../logger';
import type { MetricsService, PluginContextHolder } from '../context';
import { readRequestsConfig } from './config';
import { whenHeadersAreSent } from './header-time';
import { Routes } from './routes';

const LOGGER_CATEGORY = 'mashroom.monitoring.collector';

type Request = IncomingMessage & { readonly originalUrl?: string };
type Middleware = (request: Request, response: ServerResponse, next: () => void) => void;

/** @returns an Express middleware, for Express 4 and 5 */
export default function bootstrap(
  _pluginName: string,
  pluginConfig: unknown,
  contextHolder: PluginContextHolder,
): Middleware {
  const logger = guardLogger(contextHolder.getPluginContext().loggerFactory(LOGGER_CATEGORY));
  const { config, problems } = readRequestsConfig(pluginConfig);
  for (const problem of problems) logger.warn(`Configuration of the request metrics: ${describeProblem(problem)}`);
  const routes = new Routes(config.routes);
  const states = new StateLog(logger);
  return (request, response, next) => {
    const begin = performance.now();
    whenHeadersAreSent(response, () => {
      try {
        // Looked up each time: a reload replaces it.
        const service = contextHolder.getPluginContext().services.metrics?.service;
        if (service !== undefined) record(service, routes, request, response, (performance.now() - begin) / 1000);
      } catch (error) {
        states.warnOnce('record', `A request could not be counted: ${messageOf(error)}`);
      }
    });
    next();
  };
}

function record(
  service: MetricsService,
  routes: Routes,
  { originalUrl, url, method = '' }: Request,
  { statusCode: status }: ServerResponse,
  seconds: number,
): void {
  const { route, folded } = routes.of(originalUrl ?? url ?? '/');
  const labels = { route, method, status };
  service.counter('mashroom_http_requests_total', 'HTTP Requests Total').inc(1, labels);
  service
    .histogram('mashroom_http_request_duration_seconds', 'HTTP Requests Duration in Seconds')
    .record(seconds, labels);
  if (folded === undefined) return;
  service
    .counter('mashroom_http_requests_folded_total', 'HTTP Requests whose Route is a Pattern or "other"')
    .inc(1, { by: folded });
}
