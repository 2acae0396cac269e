/** The collector as the server starts it: its families are those of real servers, and it starts without the SDK too. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { MetricData, ResourceMetrics } from '../../../core/otel';
import type { MetricsService, PluginContextHolder } from '../../../src/mashroom/context';
import bootstrap from '../../../src/mashroom/collector/plugin';
import type { CollectorService } from '../../../src/mashroom/collector/service';
import { TALLY, tallyOf } from '../../../src/mashroom/found-tally';
import { newLog } from '../../opentelemetry/sdk';
import { PROJECT } from '../../support/built';
import { stayAlive } from '../../support/stay-alive';

const PLUGIN = 'Mashroom Monitoring Metrics Collector Services';
const METER = 'mashroom-monitoring-collector-service';
/** What real servers answered, by the package of OpenTelemetry's SDK that they ran on. None has run on 3.x. */
const REAL = {
  'sdk-metrics-1': 'resource-metrics-otel1.json',
  '@opentelemetry/sdk-metrics': 'resource-metrics-otel2.json',
  'sdk-metrics-3': 'resource-metrics-otel2.json',
};
/** The only one of these with all plugins of Mashroom: sessions, proxy, cache, ... */
const WITH_PLUGINS = 'resource-metrics-otel2.json';

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

function shapesOf({ scopeMetrics }: ResourceMetrics) {
  return scopeMetrics.map(({ scope, metrics }) => ({ scope: scope.name, metrics: metrics.map(shapeOf) }));
}

function garbageCollected(): Promise<void> {
  const kept: unknown[] = [];
  for (let i = 0; i < 200; i++) kept.push(new Array(10_000).fill(i));
  return new Promise((resolve) => setTimeout(resolve, 50));
}

for (const [sdk, file] of Object.entries(REAL)) {
  test.serial(`${sdk}: families are those of a real server with Mashroom's own collector`, async (t) => {
    const real = readReal(file);
    const [ofService, ...others] = shapesOf(real);
    const ofPlugins = metricsOfPlugins(readReal(WITH_PLUGINS));
    t.is(ofPlugins.length, 21);
    const { holder, lines, unload } = startServer(rootWith(t, sdk));
    t.teardown(forgetTally);
    const { service } = bootstrap(PLUGIN, {}, holder) as { readonly service: CollectorService };
    t.teardown(() => unload.forEach((listener) => listener()));
    for (const metric of ofPlugins) await recordLike(service, metric);
    await garbageCollected();
    const own = await service.getOpenTelemetryResourceMetrics();
    const known = new Set(ofService?.metrics.map(({ name }) => name));
    const further = ofPlugins.filter(({ descriptor }) => !known.has(descriptor.name)).map(shapeOf);
    t.deepEqual(shapesOf(own), [{ scope: METER, metrics: [...(ofService?.metrics ?? []), ...further] }, ...others]);
    t.deepEqual(own.resource.attributes, real.resource.attributes);
    t.deepEqual(lines, []);
  });
}

function readReal(file: string): ResourceMetrics {
  return JSON.parse(readFileSync(join(PROJECT, 'test/fixtures', file), 'utf8')) as ResourceMetrics;
}

/** What plugins recorded through the service. The collector's own plugin has the numbers of plugins. */
function metricsOfPlugins({ scopeMetrics }: ResourceMetrics): readonly MetricData[] {
  const metrics = scopeMetrics.find(({ scope }) => scope.name === METER)?.metrics ?? [];
  return metrics.filter(({ descriptor }) => !descriptor.name.startsWith('mashroom_plugins_'));
}

/** Stands in for the plugin that has recorded it: all that a plugin says are kind, name, help and labels. */
async function recordLike(service: CollectorService, { descriptor, dataPoints }: MetricData): Promise<void> {
  const { name, description = '', type } = descriptor;
  const all = dataPoints.map(({ attributes }) => attributes as Record<string, string | number>);
  if (type === 'COUNTER') for (const labels of all) service.counter(name, description).inc(1, labels);
  else if (type === 'HISTOGRAM') for (const labels of all) service.histogram(name, description).record(0.1, labels);
  else {
    const kind = type === 'OBSERVABLE_GAUGE' ? 'gauge' : 'counter';
    await service.addObservableCallback((observing) => {
      for (const labels of all) observing[kind](name, description).set(1, labels);
    });
  }
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
  // If the metrics of Node.js were started twice, the start time would be added to itself.
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
