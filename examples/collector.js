'use strict';

/**
 * Asks every instance of a PM2 app for its metrics and serves them for Prometheus, each instance under its id:
 * a PM2 app itself, to be started in fork mode. Anything that speaks the same two messages can do this.
 */

const http = require('node:http');
const pm2 = require('pm2');
const { PrometheusSerializer } = require('@opentelemetry/exporter-prometheus');

const APP = process.env.COLLECTOR_APP ?? 'mashroom';
const PORT = Number(process.env.COLLECTOR_PORT ?? 15050);
const PERIOD_MS = Number(process.env.COLLECTOR_PERIOD_MS ?? 5000);

const serializer = new PrometheusSerializer();
const byInstance = new Map();

process.on('message', (message) => {
  if (message?.topic === 'returnMetrics') byInstance.set(String(message.from), message.data);
});

function ask({ pm_id: id }) {
  pm2.sendDataToProcessId(id, { topic: 'getMetrics', data: null, from: process.env.pm_id }, (error) => {
    if (error) console.error(`Instance ${id} can't be asked: ${error.message}`);
  });
}

function askAll() {
  pm2.describe(APP, (error, instances) => {
    if (error) return console.error('PM2 does not answer', error);
    const ids = new Set(instances.map(({ pm_id: id }) => String(id)));
    // What an instance once said must not outlive it.
    for (const id of byInstance.keys()) if (!ids.has(id)) byInstance.delete(id);
    instances.forEach(ask);
  });
}

function serve(req, res) {
  const id = /^\/metrics\/(\d+)$/.exec(req.url)?.[1];
  const metrics = byInstance.get(id);
  if (!metrics) {
    const known = [...byInstance.keys()].map((key) => `/metrics/${key}`);
    res.writeHead(404, { 'Content-Type': 'text/plain' }).end(`There is: ${known.join(' ')}\n`);
    return;
  }
  res.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  res.end(serializer.serialize(metrics));
}

pm2.connect((error) => {
  if (error) throw error;
  http.createServer(serve).listen(PORT, '127.0.0.1');
  askAll();
  setInterval(askAll, PERIOD_MS);
});
