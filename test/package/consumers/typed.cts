import exporter = require('@mashroom/mashroom-monitoring-pm2-exporter');
import promClient = require('@mashroom/mashroom-monitoring-pm2-exporter/prom-client');

const logger: exporter.Logger = console;
const collect = (): exporter.ResourceMetrics => ({ resource: { attributes: {} }, scopeMetrics: [] });
const running: exporter.Pm2Exporter = exporter.startPm2Exporter({
  collect,
  mashroomMetrics: ['http_*'],
  probes: { counters: 'rate' },
  logger,
});
const stopped: Promise<void> = running.stop();

const register = { getMetricsAsJSON: (): Promise<object[]> => Promise.resolve([]) };
const source: promClient.MetricsSource = promClient.promClientSource([register], { collectTimeoutMs: 1000, logger });
void source.collect(source.provider());

// @ts-expect-error -- a registry has methods
promClient.promClientSource({});

// @ts-expect-error -- no such mode
exporter.startPm2Exporter({ collect, probes: { counters: 'x' } });

export = stopped;
