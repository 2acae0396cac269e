/** The middleware in a real Express server, with the service that it records into. */
import type { AddressInfo } from 'node:net';
import type express from 'express';
import test, { type ExecutionContext } from 'ava';
import type { MetricsService, PluginContextHolder } from '../../../src/mashroom/context';
import bootstrap from '../../../src/mashroom/requests/plugin';
import { newLog, valuesOf } from '../../opentelemetry/sdk';
import { startTally } from '../collector/tallies';

/** Those that Mashroom 2.9 and 3 run. */
const EXPRESS = ['express', 'express-5'];

interface Server {
  readonly get: (path: string) => Promise<Response>;
  readonly values: () => Promise<Record<string, unknown>>;
  readonly lines: readonly string[];
  replace(service: MetricsService | undefined): void;
}

function startServer(t: ExecutionContext, version: string, config: object = {}): Server {
  const { service } = startTally('sdk-metrics-1');
  const { lines, logger } = newLog();
  let current = service as MetricsService | undefined;
  const holder = {
    getPluginContext: () => ({ loggerFactory: () => logger, services: { core: {}, metrics: { service: current } } }),
  } as unknown as PluginContextHolder;
  const app = (require(version) as typeof express)();
  app.use(bootstrap('Requests', config, holder));
  app.get('/made', (_request, response) => void response.status(201).json({}));
  app.get('/head', (_request, response) => {
    response.writeHead(299);
    response.end();
  });
  const server = app.listen(0);
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    lines,
    get: async (path) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      await response.arrayBuffer();
      return response;
    },
    values: async () => valuesOf(await service.getOpenTelemetryResourceMetrics()),
    replace: (other) => (current = other),
  };
}

for (const version of EXPRESS) {
  test(`${version}: counts and times requests by route, method and status`, async (t) => {
    const { get, values } = startServer(t, version);
    t.is((await get('/made?x=1')).status, 201);
    t.is((await get('/head')).status, 299);
    await get('/none/77');
    await get('/none/78');
    const labels = (route: string, status: number): string => `{"route":"${route}","method":"GET","status":${status}}`;
    const expected = { [labels('/made', 201)]: 1, [labels('/head', 299)]: 1, [labels('/none/#val', 404)]: 2 };
    const both = ['mashroom_http_requests_total', 'mashroom_http_request_duration_seconds'];
    const series = both.flatMap((name) => Object.entries(expected).map(([key, count]) => [name + key, count] as const));
    t.deepEqual(await values(), Object.fromEntries(series));
  });

  test(`${version}: what was folded is counted`, async (t) => {
    const { get, values } = startServer(t, version, { routes: { patterns: ['/a/*'], max: 1 } });
    for (const path of ['/a/1', '/a/2', '/one', '/two']) await get(path);
    const counted = await values();
    t.like(counted, {
      'mashroom_http_requests_folded_total{"by":"pattern"}': 2,
      'mashroom_http_requests_folded_total{"by":"max"}': 1,
      'mashroom_http_requests_total{"route":"/a/*","method":"GET","status":404}': 2,
      'mashroom_http_requests_total{"route":"other","method":"GET","status":404}': 1,
    });
  });

  test(`${version}: a service that is gone or fails costs no request`, async (t) => {
    const { get, replace, lines } = startServer(t, version);
    replace(undefined);
    t.is((await get('/made')).status, 201);
    t.deepEqual(lines, []);
    replace({
      counter: () => {
        throw new Error('broken');
      },
    } as unknown as MetricsService);
    for (let i = 0; i < 3; i++) t.is((await get('/made')).status, 201);
    t.deepEqual(lines, ['warn A request could not be counted: broken']);
  });
}
