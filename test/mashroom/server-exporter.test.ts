/** The exporter of a Mashroom server whose collector is replaced. Real servers: `test/e2e/collector.test.ts`. */
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import type { MetricsService, PluginContextHolder } from '../../src/mashroom/context';
import type { MetricsSource } from '../../src/collect/sources/source';
import { ServerExporter } from '../../src/mashroom/server-exporter';
import { newLog } from '../opentelemetry/sdk';
import { startTally } from './collector/tallies';

test('what fails when the collector is replaced ends in the log, not in the server', async (t) => {
  const { lines, logger } = newLog();
  const foreign = { getOpenTelemetryResourceMetrics: () => Promise.reject(new Error('not asked here')) };
  let service = foreign as unknown as MetricsService;
  let isBroken = false;
  const holder = {
    getPluginContext: () => {
      if (isBroken) throw new Error('the context is gone');
      return { services: { core: { pluginService: {} }, metrics: { service } } };
    },
  } as unknown as PluginContextHolder;
  const exporter = new ServerExporter(holder, {}, logger);
  exporter.start();
  // The source that the exporter would collect from under PM2.
  const { watched } = exporter as unknown as { watched(source: MetricsSource): MetricsSource };
  const source = Reflect.apply(watched, exporter, [{ provider: () => foreign, collect: () => undefined }]);
  service = startTally('sdk-metrics-1').service;
  source.provider();
  isBroken = true;
  await turn();
  await turn();
  t.regex(lines.at(-1) ?? '', /the context is gone/);
});

test('a server that cannot name its plugin packages has an exporter nevertheless', (t) => {
  const { lines, logger } = newLog();
  const getPluginPackages = (): never => {
    throw new Error('not in this version');
  };
  const service = { getOpenTelemetryResourceMetrics: () => Promise.reject(new Error('not asked here')) };
  const services = { core: { pluginService: { getPluginPackages } }, metrics: { service } };
  const holder = { getPluginContext: () => ({ services }) } as unknown as PluginContextHolder;
  t.notThrows(() => new ServerExporter(holder, {}, logger).start());
  t.true(lines.includes('info The metrics come from the collector of another package than this one'), lines.join('\n'));
});

const OWN = '@mashroom/mashroom-monitoring-pm2-exporter-collector';
const OTHER = '@mashroom/mashroom-monitoring-metrics-collector';

function linesWith(service: MetricsService, packages: readonly string[]): readonly string[] {
  const { lines, logger } = newLog();
  const pluginService = { getPluginPackages: () => packages.map((name) => ({ name })) };
  const services = { core: { pluginService }, metrics: { service } };
  const holder = { getPluginContext: () => ({ services }) } as unknown as PluginContextHolder;
  new ServerExporter(holder, {}, logger).start();
  return lines.filter((line) => line.includes('collector'));
}

test('where a server has both collectors, the log says which serves, and that the server does not get ready', (t) => {
  const { service: own } = startTally('sdk-metrics-1');
  const other = { getOpenTelemetryResourceMetrics: () => Promise.reject(new Error('not asked here')) };
  const [serves, warning, ...rest] = linesWith(own, [OWN, OTHER]);
  t.regex(serves ?? '', /^info The metrics come from the collector of this package/);
  t.regex(warning ?? '', new RegExp(`^warn ${OTHER} is among .* not ready .* Remove that package$`));
  t.deepEqual(rest, []);
  const lines = linesWith(other as unknown as MetricsService, [OTHER, OWN]);
  t.is(lines.length, 1);
  t.regex(
    lines[0] ?? '',
    /^warn .* another package than this one, though .* not ready .* Remove the other package, or/,
  );
  t.is(linesWith(own, [OWN]).length, 1);
});
