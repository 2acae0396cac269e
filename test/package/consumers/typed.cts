import exporter = require('@mashroom/mashroom-monitoring-pm2-exporter');

const logger: exporter.Logger = console;
const collect = (): exporter.ResourceMetrics => ({ resource: { attributes: {} }, scopeMetrics: [] });
const running: exporter.Pm2Exporter = exporter.startPm2Exporter({
  collect,
  mashroomMetrics: ['http_*'],
  probes: { counters: 'rate' },
  logger,
});
const stopped: Promise<void> = running.stop();

// @ts-expect-error -- no such mode
exporter.startPm2Exporter({ collect, probes: { counters: 'x' } });

export = stopped;
