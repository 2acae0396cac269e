/** A shop in TypeScript. ts-node runs it (see start.js); Node.js 22.18 and later does so by itself. */
import { createServer } from 'node:http';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Pm2MetricReader, type Pm2MetricReaderOptions } from '@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry';

const options: Pm2MetricReaderOptions = { mashroomMetrics: ['visits'], probes: { counters: 'rate' } };
const provider = new MeterProvider({ readers: [new Pm2MetricReader(options)] });
metrics.setGlobalMeterProvider(provider);

const visits = metrics.getMeter('shop').createCounter('visits', { description: 'Pages shown.' });

const server = createServer((request, response) => {
  visits.add(1, { page: request.url ?? '/' });
  response.end('Welcome\n');
});
server.listen(process.env['PORT']);

// PM2 ends a process by SIGINT. Requests under way are answered and counted, then the exporter sends the last numbers.
process.once('SIGINT', () => server.close(() => void provider.shutdown().finally(() => process.exit())));
