'use strict';

/** An app for PM2 in which a test can start and stop what works with @pm2/io. */

require('ts-node/register/transpile-only');
const { serveControl } = require('../support/host/control');

const IO = Symbol.for('@pm2/io');
const logger = { debug: () => {}, info: () => {}, warn: console.warn, error: console.error };
const pmxMetrics = { v8: true, runtime: true, network: { upload: true, download: true }, http: true, eventLoop: true };
let pmx;

serveControl({
  start: ({ values }) => {
    const { startPmx } = require('../../src/pmx/pmx');
    pmx = startPmx({ pmxMetrics, maxProbes: 100, logger });
    const list = values.map(({ name, value, unit }) => ({ name, value: Number(value), ...(unit && { unit }) }));
    pmx.probes.show(list, 0);
  },
  stop: () => pmx.stop(),
  state: () => ({
    injected: globalThis[IO] !== undefined,
    probes: [...(globalThis[IO]?.metricService.metrics.keys() ?? [])].sort(),
    handlers: ['uncaughtException', 'unhandledRejection', 'exit'].map((event) => process.listenerCount(event)),
  }),
});

// Under PM2 a server, such as any app; the control's own does not keep it alive.
setInterval(() => {}, 1000);
