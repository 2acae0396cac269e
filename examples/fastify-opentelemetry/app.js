'use strict';

/** A shop with Fastify that measures with OpenTelemetry. */
const { metrics } = require('@opentelemetry/api');
const { MeterProvider } = require('@opentelemetry/sdk-metrics');
const { Pm2MetricReader } = require('@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry');

// Before the application makes its first metric.
const reader = new Pm2MetricReader({ mashroomMetrics: ['visits'] });
const provider = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(provider);

const visits = metrics.getMeter('shop').createCounter('visits', { description: 'Pages shown.' });

const app = require('fastify')();
for (const page of ['/', '/cart']) {
  app.get(page, () => {
    visits.add(1, { page });
    return 'Welcome\n';
  });
}
void app.listen({ port: Number(process.env.PORT), host: '0.0.0.0' });

// PM2 ends a process by SIGINT. Requests under way are answered and counted, then the exporter sends the last numbers.
process.once('SIGINT', async () => {
  await app.close();
  await provider.shutdown();
  process.exit();
});
