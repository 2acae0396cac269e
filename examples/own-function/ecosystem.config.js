'use strict';

/**
 * Four instances of a shop that counts by itself, in fork mode.
 *
 *   pm2 install pm2-cluster-metrics               # the metrics server, once per host
 *   pm2 start ecosystem.config.js
 *   curl http://127.0.0.1:3010/cart                # a few times
 *   curl http://127.0.0.1:15050/metrics/cluster
 *
 * Look at visits_total{page="/cart",…,pm2_app="own-function"}: the sum of all instances. `pm2 reload own-function` takes nothing
 * away from it. /metrics shows each instance with its pm_id, and `pm2 monit` the probes that begin with visits.
 *
 * In fork mode the instances do not share a port: they listen on 3010 to 3013.
 */
module.exports = {
  apps: [
    {
      name: 'own-function',
      script: 'app.js',
      cwd: __dirname,
      exec_mode: 'fork',
      instances: 4,
      env: { PORT: '3010' },
      // For a busy machine: PM2 waits for a process to end.
      kill_timeout: 30_000,
    },
  ],
};
