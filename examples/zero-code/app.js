'use strict';

/** A shop that measures with prom-client, and knows nothing of the exporter. */
const http = require('node:http');
const { Counter } = require('prom-client');

const visits = new Counter({ name: 'visits_total', help: 'Pages shown.', labelNames: ['page'] });

const server = http.createServer((request, response) => {
  visits.inc({ page: request.url });
  response.end('Welcome\n');
});
server.listen(process.env.PORT);

// PM2 ends a process by SIGINT. Requests under way are answered and counted.
process.once('SIGINT', () => server.close(() => process.exit()));
