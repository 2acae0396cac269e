'use strict';

/**
 * Four instances of a shop that is not changed: a preload finds its metrics.
 *
 *   npm install require-in-the-middle             # in the application, beside the exporter
 *   pm2 install pm2-cluster-metrics               # the metrics server, once per host
 *   pm2 start ecosystem.config.js
 *   curl http://127.0.0.1:3005/cart                # a few times
 *   curl http://127.0.0.1:15050/metrics/cluster
 *
 * Look at visits_total{page="/cart",pm2_app="zero-code"}: the sum of all instances. `pm2 reload zero-code` takes nothing
 * away from it. /metrics shows each instance with its pm_id, and `pm2 monit` the probes that begin with visits. The log has
 * a line that says what was found.
 */
// An absolute path: PM2 resolves names from the folder in which its daemon was started.
const register = require.resolve('@mashroom/mashroom-monitoring-pm2-exporter/register');

module.exports = {
  apps: [
    {
      name: 'zero-code',
      script: 'app.js',
      cwd: __dirname,
      exec_mode: 'cluster',
      instances: 4,
      node_args: ['--require', register],
      env: { PORT: '3005', PM2_EXPORTER_CONFIG: JSON.stringify({ mashroomMetrics: ['visits_total'] }) },
      // For a busy machine: PM2 waits for a process to listen, and for another one to end.
      listen_timeout: 30_000,
      kill_timeout: 30_000,
    },
  ],
};
