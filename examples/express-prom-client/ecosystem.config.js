'use strict';

/**
 * Four instances of a shop with Express, which measures with prom-client.
 *
 *   pm2 install pm2-cluster-metrics               # the metrics server, once per host
 *   pm2 start ecosystem.config.js
 *   curl http://127.0.0.1:3000/cart                # a few times
 *   curl http://127.0.0.1:15050/metrics/cluster
 *
 * Look at visits_total{page="/cart",pm2_app="express-prom-client"}: the sum of all instances. `pm2 reload express-prom-client` takes nothing
 * away from it. /metrics shows each instance with its pm_id, and `pm2 monit` the probes that begin with visits.
 */
module.exports = {
  apps: [
    {
      name: 'express-prom-client',
      script: 'app.js',
      cwd: __dirname,
      exec_mode: 'cluster',
      instances: 4,
      env: { PORT: '3000' },
      // For a busy machine: PM2 waits for a process to listen, and for another one to end.
      listen_timeout: 30_000,
      kill_timeout: 30_000,
    },
  ],
};
