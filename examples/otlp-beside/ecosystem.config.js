'use strict';

/**
 * Four instances of a shop with OpenTelemetry's NodeSDK, which also exports its metrics by OTLP.
 *
 *   pm2 install pm2-cluster-metrics               # the metrics server, once per host
 *   pm2 start ecosystem.config.js
 *   curl http://127.0.0.1:3002/cart                # a few times
 *   curl http://127.0.0.1:15050/metrics/cluster
 *
 * Look at visits_total{page="/cart",…,pm2_app="otlp-beside"}: the sum of all instances. `pm2 reload otlp-beside` takes nothing
 * away from it. /metrics shows each instance with its pm_id, and `pm2 monit` the probes that begin with visits.
 *
 * The collector at port 4318 gets the same numbers, every five seconds.
 */
module.exports = {
  apps: [
    {
      name: 'otlp-beside',
      script: 'app.js',
      cwd: __dirname,
      exec_mode: 'cluster',
      instances: 4,
      env: { PORT: '3002', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' },
      // For a busy machine: PM2 waits for a process to listen, and for another one to end.
      listen_timeout: 30_000,
      kill_timeout: 30_000,
    },
  ],
};
