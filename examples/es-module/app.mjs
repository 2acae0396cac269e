/** A shop as an ES module, with two sources of metrics: OpenTelemetry, and a registry of prom-client. */
import http from 'node:http';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Counter, register } from 'prom-client';
import { Pm2MetricReader } from '@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry';
import { promClientSource } from '@mashroom/mashroom-monitoring-pm2-exporter/prom-client';

const reader = new Pm2MetricReader({
  sources: [promClientSource(register)],
  mashroomMetrics: ['visits', 'bytes_total'],
});
const provider = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(provider);

const visits = metrics.getMeter('shop').createCounter('visits', { description: 'Pages shown.' });
const bytes = new Counter({ name: 'bytes_total', help: 'Bytes sent.' });

const server = http.createServer((request, response) => {
  visits.add(1, { page: request.url });
  bytes.inc(8);
  response.end('Welcome\n');
});
server.listen(process.env.PORT);

// PM2 ends a process by SIGINT. Requests under way are answered and counted, then the exporter sends the last numbers.
process.once('SIGINT', () => server.close(() => void provider.shutdown().finally(() => process.exit())));
