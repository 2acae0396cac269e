// Collects a registry that looks like one of prom-client, which need not be installed.
const { promClientSource } = require('@mashroom/mashroom-monitoring-pm2-exporter/prom-client');
const { registry } = require('./registry-of-one-counter.cjs');
const source = promClientSource(registry);
source
  .collect(source.provider())
  .then(({ scopeMetrics: [{ metrics }] }) => console.log(metrics[0].dataPoints[0].value));
