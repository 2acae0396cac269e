'use strict';

/**
 * Four instances of a shop with two sources of metrics.
 *
 *   pm2 install pm2-cluster-metrics               # the metrics server, once per host
 *   pm2 start ecosystem.config.js
 *   curl http://127.0.0.1:3003/cart                # a few times
 *   curl http://127.0.0.1:15050/metrics/cluster
 *
 * Look at visits_total{page="/cart",…,pm2_app="es-module"}: the sum of all instances. `pm2 reload es-module` takes nothing
 * away from it. /metrics shows each instance with its pm_id, and `pm2 monit` the probes that begin with visits.
 * bytes_total, which prom-client counts, is there too.
 */
module.exports = {
  apps: [
    {
      name: 'es-module',
      script: 'app.mjs',
      cwd: __dirname,
      exec_mode: 'cluster',
      instances: 4,
      env: { PORT: '3003' },
      // For a busy machine: PM2 waits for a process to listen, and for another one to end.
      listen_timeout: 30_000,
      kill_timeout: 30_000,
    },
  ],
};
