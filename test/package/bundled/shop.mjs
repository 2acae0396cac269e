// An app of PM2 that counts its visits, for esbuild, webpack and Rollup.
import { createServer } from 'node:http';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Pm2MetricReader } from '@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry';

const reader = new Pm2MetricReader({ mashroomMetrics: ['visits'], intervalMs: 1000 });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

const visits = metrics.getMeter('shop').createCounter('visits');
const server = createServer((request, response) => {
  visits.add(1, { route: '/' });
  response.end('Welcome\n');
});
server.listen(process.env.PORT);
