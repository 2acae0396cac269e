'use strict';

/** A shop that counts by itself, with no library for metrics: `collect` returns what OpenTelemetry calls ResourceMetrics. */
const http = require('node:http');
const { startPm2Exporter } = require('@mashroom/mashroom-monitoring-pm2-exporter');

const SUM = 3;
const CUMULATIVE = 1;
const startTime = now();
/** A series keeps its attributes object: then a collection only copies its number. */
const pages = ['/', '/cart'].map((page) => ({ attributes: { page }, visits: 0 }));

const exporter = startPm2Exporter({
  mashroomMetrics: ['visits_total'],
  collect: () => ({
    resource: { attributes: {} },
    scopeMetrics: [
      {
        scope: { name: 'shop' },
        metrics: [
          {
            descriptor: { name: 'visits_total', description: 'Pages shown.', unit: '', valueType: 0 },
            dataPointType: SUM,
            isMonotonic: true,
            aggregationTemporality: CUMULATIVE,
            dataPoints: pages.map(({ attributes, visits }) => ({
              attributes,
              startTime,
              endTime: now(),
              value: visits,
            })),
          },
        ],
      },
    ],
  }),
});

const server = http.createServer((request, response) => {
  const page = pages.find(({ attributes }) => attributes.page === request.url);
  if (page !== undefined) page.visits++;
  response.end('Welcome\n');
});
// In fork mode each instance has a port of its own.
server.listen(Number(process.env.PORT) + Number(process.env.NODE_APP_INSTANCE));

// PM2 ends a process by SIGINT. Requests under way are answered and counted, then the exporter sends the last numbers.
process.once('SIGINT', () => server.close(() => void exporter.stop().then(() => process.exit())));

/** Seconds and nanoseconds since the epoch. */
function now() {
  const ms = Date.now();
  return [Math.floor(ms / 1000), (ms % 1000) * 1e6];
}
