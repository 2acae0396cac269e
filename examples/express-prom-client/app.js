'use strict';

/** A shop with Express that measures with prom-client. */
const express = require('express');
const { Counter, register } = require('prom-client');
const { startPm2Exporter } = require('@mashroom/mashroom-monitoring-pm2-exporter');
const { promClientSource } = require('@mashroom/mashroom-monitoring-pm2-exporter/prom-client');

const exporter = startPm2Exporter({ sources: [promClientSource(register)], mashroomMetrics: ['visits_total'] });

const visits = new Counter({ name: 'visits_total', help: 'Pages shown.', labelNames: ['page'] });

const app = express();
app.get(['/', '/cart'], (request, response) => {
  visits.inc({ page: request.path });
  response.send('Welcome\n');
});
const server = app.listen(process.env.PORT);

// PM2 ends a process by SIGINT. Requests under way are answered and counted, then the exporter sends the last numbers.
process.once('SIGINT', () => server.close(() => void exporter.stop().then(() => process.exit())));
