'use strict';

/** A shop that runs OpenTelemetry's NodeSDK, and whose metrics also go to a collector by OTLP: two readers. */
const http = require('node:http');
const { metrics } = require('@opentelemetry/api');
const { OTLPMetricExporter } = require('@opentelemetry/exporter-metrics-otlp-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics');
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { Pm2MetricReader } = require('@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry');

const sdk = new NodeSDK({
  serviceName: 'shop',
  // The OTLP collector has to tell the instances apart. The metrics server knows them by their pm_id.
  resource: resourceFromAttributes({ 'service.instance.id': process.env.pm_id }),
  metricReaders: [
    new Pm2MetricReader({ mashroomMetrics: ['visits'] }),
    // Takes its address from OTEL_EXPORTER_OTLP_ENDPOINT.
    new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), exportIntervalMillis: 5000 }),
  ],
});
sdk.start();

const visits = metrics.getMeter('shop').createCounter('visits', { description: 'Pages shown.' });

const server = http.createServer((request, response) => {
  visits.add(1, { page: request.url });
  response.end('Welcome\n');
});
server.listen(process.env.PORT);

// PM2 ends a process by SIGINT. The shutdown exports for the last time, to both.
process.once('SIGINT', () => server.close(() => void sdk.shutdown().finally(() => process.exit())));
