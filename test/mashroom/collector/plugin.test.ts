/** The collector as the server starts it: its families are those of real servers, and it starts without the SDK too. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { MetricData, ResourceMetrics } from '../../../core/otel';
import type { MetricsService, PluginContextHolder } from '../../../src/mashroom/context';
import bootstrap from '../../../src/mashroom/collector/plugin';
import { tallyOf } from '../../../src/mashroom/found-tally';
import { newLog } from '../../opentelemetry/sdk';
import { PROJECT } from '../../support/built';
import { stayAlive } from '../../support/stay-alive';

const PLUGIN = 'Mashroom Monitoring Metrics Collector Services';

function startServer() {
  const { lines, logger } = newLog();
  const unload: (() => void)[] = [];
  const plugins = [
    { name: PLUGIN, status: 'loaded' },
    { name: 'Broken', status: 'error' },
  ];
  const holder: PluginContextHolder = {
    getPluginContext: () => ({
      loggerFactory: () => logger,
      serverConfig: { serverRootFolder: PROJECT },
      services: {
        core: {
          pluginService: { onUnloadOnce: (_name, listener) => void unload.push(listener), getPlugins: () => plugins },
        },
      },
    }),
  };
  return { holder, lines, unload };
}

/** What dashboards and alerts rely on. */
function shapeOf({ descriptor, dataPointType, isMonotonic, dataPoints }: MetricData) {
  const [point] = dataPoints;
  const value = point?.value as { readonly buckets?: { readonly boundaries: readonly number[] } } | number | undefined;
  return {
    name: descriptor.name,
    type: descriptor.type,
    unit: descriptor.unit,
    description: descriptor.description,
    dataPointType,
    isMonotonic,
    labels: point === undefined ? [] : Object.keys(point.attributes),
    bounds: typeof value === 'object' ? value.buckets?.boundaries : undefined,
  };
}

function shapesOf({ scopeMetrics }: ResourceMetrics, isWanted: (name: string) => boolean) {
  return scopeMetrics.map(({ scope, metrics }) => ({
    scope: scope.name,
    metrics: metrics.filter(({ descriptor }) => isWanted(descriptor.name)).map(shapeOf),
  }));
}

function garbageCollected(): Promise<void> {
  const kept: unknown[] = [];
  for (let i = 0; i < 200; i++) kept.push(new Array(10_000).fill(i));
  return new Promise((resolve) => setTimeout(resolve, 50));
}

test.serial("families are those of a real server with Mashroom's own collector", async (t) => {
  const { holder, lines, unload } = startServer();
  const { service } = bootstrap(PLUGIN, {}, holder) as { readonly service: MetricsService };
  t.teardown(() => unload.forEach((listener) => listener()));
  const labels = { route: '/', method: 'GET', status: 302 };
  service.counter('mashroom_http_requests_total', 'HTTP Requests Total').inc(1, labels);
  const seconds = service.histogram('mashroom_http_request_duration_seconds', 'HTTP Requests Duration in Seconds');
  seconds.record(0.1, labels);
  await garbageCollected();
  const own = await service.getOpenTelemetryResourceMetrics();
  const file = join(PROJECT, 'test/fixtures/resource-metrics-otel2.json');
  const real = JSON.parse(readFileSync(file, 'utf8')) as ResourceMetrics;
  // Other plugins of that server have made further ones.
  const isOurs = (name: string): boolean => /^(nodejs|process|mashroom_plugins|mashroom_http_request)_/.test(name);
  t.deepEqual(shapesOf(own, isOurs), shapesOf(real, isOurs));
  t.is(own.resource.attributes['service.name'], 'mashroom-server');
  t.deepEqual(lines, []);
});

test.serial('a reload goes on with what was counted, and observes the plugins once', async (t) => {
  const { holder, unload } = startServer();
  const start = () => (bootstrap(PLUGIN, {}, holder) as { readonly service: MetricsService }).service;
  const first = start();
  first.counter('kept', '').inc(2, {});
  unload.pop()?.();
  const next = start();
  t.not(next, first);
  t.is(tallyOf(next), tallyOf(first));
  next.counter('kept', '').inc(3, {});
  const { scopeMetrics } = await next.getOpenTelemetryResourceMetrics();
  const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
  const points = (name: string) => metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints;
  t.deepEqual(
    points('kept')?.map(({ value }) => value),
    [5],
  );
  t.deepEqual(
    points('mashroom_plugins_error_total')?.map(({ value }) => value),
    [1],
  );
  // A second start of the metrics of Node.js would have added it to itself.
  t.true((points('process_start_time_seconds')?.[0]?.value as number) < 2 * 1.7e9);
});

test.serial('what is wrong in the configuration is told', (t) => {
  stayAlive(t);
  const { holder, lines, unload } = startServer();
  bootstrap(PLUGIN, { defaultHistogramBuckets: [2, 1], disableMetric: [] }, holder);
  t.teardown(() => unload.forEach((listener) => listener()));
  t.regex(lines.join('\n'), /defaultHistogramBuckets is \[2,1\], expected a list of 1 to 1000 ascending numbers/);
  t.regex(lines.join('\n'), /disableMetric \(\[\]\) is unknown/);
});
