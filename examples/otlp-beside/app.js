'use strict';

/** A shop whose metrics also go to an OpenTelemetry collector, by OTLP: two readers of one MeterProvider. */
const http = require('node:http');
const { metrics } = require('@opentelemetry/api');
const { OTLPMetricExporter } = require('@opentelemetry/exporter-metrics-otlp-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { MeterProvider, PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics');
const { Pm2MetricReader } = require('@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry');

const provider = new MeterProvider({
  // The collector has to tell the instances apart. For PM2 nobody has to name them.
  resource: resourceFromAttributes({ 'service.name': 'shop', 'service.instance.id': process.env.pm_id }),
  readers: [
    new Pm2MetricReader({ mashroomMetrics: ['visits'] }),
    // Takes its address from OTEL_EXPORTER_OTLP_ENDPOINT.
    new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), exportIntervalMillis: 5000 }),
  ],
});
metrics.setGlobalMeterProvider(provider);

const visits = metrics.getMeter('shop').createCounter('visits', { description: 'Pages shown.' });

const server = http.createServer((request, response) => {
  visits.add(1, { page: request.url });
  response.end('Welcome\n');
});
server.listen(process.env.PORT);

// PM2 ends a process by SIGINT. The shutdown exports for the last time, to both.
process.once('SIGINT', () => server.close(() => void provider.shutdown().finally(() => process.exit())));
