/** What a user writes. It is type-checked with each version of the SDK, and not run. */
import opentelemetry = require('@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry');
import sdk = require('@opentelemetry/sdk-metrics');

const { Pm2MetricReader } = opentelemetry;

const options: opentelemetry.Pm2MetricReaderOptions = {
  mashroomMetrics: ['http.*'],
  probes: { counters: 'rate' },
  logger: console,
};
const reader: opentelemetry.Pm2MetricReader = new Pm2MetricReader(options);
const same: sdk.MetricReader = reader;
const provider = new sdk.MeterProvider({ readers: [new Pm2MetricReader(), same] });
const stopped: Promise<void> = provider.shutdown();

// @ts-expect-error -- milliseconds are a number
new Pm2MetricReader({ intervalMs: '1 s' });

export = stopped;
