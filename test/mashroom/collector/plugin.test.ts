/** The collector as the server starts it: its families are those of real servers, and it starts without the SDK too. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { MetricData, ResourceMetrics } from '../../../core/otel';
import type { MetricsService, PluginContextHolder } from '../../../src/mashroom/context';
import bootstrap from '../../../src/mashroom/collector/plugin';
import { TALLY, tallyOf } from '../../../src/mashroom/found-tally';
import { newLog } from '../../opentelemetry/sdk';
import { PROJECT } from '../../support/built';
import { stayAlive } from '../../support/stay-alive';

const PLUGIN = 'Mashroom Monitoring Metrics Collector Services';
/** What real servers answered, by the package of OpenTelemetry's SDK that they ran on. */
const REAL = {
  'sdk-metrics-1': 'resource-metrics-otel1.json',
  '@opentelemetry/sdk-metrics': 'resource-metrics-otel2.json',
};

function startServer(serverRootFolder = PROJECT) {
  const { lines, logger } = newLog();
  const unload: (() => void)[] = [];
  const plugins = [
    { name: PLUGIN, status: 'loaded' },
    { name: 'Broken', status: 'error' },
  ];
  const holder: PluginContextHolder = {
    getPluginContext: () => ({
      loggerFactory: () => logger,
      serverConfig: { serverRootFolder },
      services: {
        core: {
          pluginService: { onUnloadOnce: (_name, listener) => void unload.push(listener), getPlugins: () => plugins },
        },
      },
    }),
  };
  return { holder, lines, unload };
}

/** @returns a server's folder in which that package is its SDK */
function rootWith(t: ExecutionContext, sdk: string): string {
  const root = mkdtempSync(join(tmpdir(), 'collector-root-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const scope = join(root, 'node_modules', '@opentelemetry');
  mkdirSync(scope, { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules', sdk), join(scope, 'sdk-metrics'));
  return root;
}

/** Each process has one tally: the next server begins with one of its own. */
function forgetTally(): void {
  (globalThis as { [TALLY]?: unknown })[TALLY] = undefined;
}

/** What dashboards and alerts rely on. */
function shapeOf({ descriptor, dataPointType, aggregationTemporality, isMonotonic, dataPoints }: MetricData) {
  const [point] = dataPoints;
  const value = point?.value as { readonly buckets?: { readonly boundaries: readonly number[] } } | number | undefined;
  return {
    name: descriptor.name,
    type: descriptor.type,
    unit: descriptor.unit,
    description: descriptor.description,
    dataPointType,
    aggregationTemporality,
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

for (const [sdk, file] of Object.entries(REAL)) {
  test.serial(`${sdk}: families are those of a real server with Mashroom's own collector`, async (t) => {
    const real = JSON.parse(readFileSync(join(PROJECT, 'test/fixtures', file), 'utf8')) as ResourceMetrics;
    // Other plugins of that server have made further ones.
    const isOurs = (name: string): boolean => /^(nodejs|process|mashroom_plugins|mashroom_http_requests?)_/.test(name);
    const { holder, lines, unload } = startServer(rootWith(t, sdk));
    t.teardown(forgetTally);
    const { service } = bootstrap(PLUGIN, {}, holder) as { readonly service: MetricsService };
    t.teardown(() => unload.forEach((listener) => listener()));
    // Where that server was asked for pages.
    if (namesOf(real).includes('mashroom_http_requests_total')) recordRequest(service);
    await garbageCollected();
    const own = await service.getOpenTelemetryResourceMetrics();
    t.deepEqual(shapesOf(own, isOurs), shapesOf(real, isOurs));
    t.deepEqual(own.resource.attributes, real.resource.attributes);
    t.deepEqual(lines, []);
  });
}

function namesOf({ scopeMetrics }: ResourceMetrics): readonly string[] {
  return scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
}

function recordRequest(service: MetricsService): void {
  const labels = { route: '/', method: 'GET', status: 302 };
  service.counter('mashroom_http_requests_total', 'HTTP Requests Total').inc(1, labels);
  const seconds = service.histogram('mashroom_http_request_duration_seconds', 'HTTP Requests Duration in Seconds');
  seconds.record(0.1, labels);
}

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
  // The callback that observes the plugins is there once its first call has ended.
  await nextTurn();
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
