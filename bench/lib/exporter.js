'use strict';

/**
 * The main thread's side of the exporter, put together as src/exporter.ts does, so that one cycle can be made at a time
 * and its end be awaited: encode, have the probes computed and set, have one request answered.
 */

const path = require('node:path');
const { createEncoder, part } = require('./engine');
const { Gauge } = require('./straightforward');

const { readConfig } = part('src/config/read-config.js');
const { Responder } = part('src/ipc/responder.js');
const { createProbes } = part('src/pmx/probes.js');
const { ExporterPool } = part('src/pool/exporter-pool.js');
const { ProbeFeed } = part('src/probes/feed.js');
const { StateLog } = part('src/state-log.js');

const quiet = () => undefined;
const complain = (...what) => {
  throw new Error(what.join(' '));
};
const LOGGER = { debug: quiet, info: quiet, warn: quiet, error: complain };

/** What the exporter needs of @pm2/io, without the sending that it does every second for whoever has probes. */
function memoryIo() {
  const metrics = new Map();
  return {
    metricService: { metrics },
    metric({ name, unit }) {
      const gauge = new Gauge();
      metrics.set(name, { name, unit, implementation: gauge });
      return gauge;
    },
  };
}

/** @param encoder whose snapshots are held while they are read; those of `undefined` need not be */
function startPool(workers, encoder) {
  const worker = path.join(__dirname, '../../build/workers/worker.js');
  return new ExporterPool({ ...workers, worker, hold: (snapshot) => encoder?.hold(snapshot) ?? quiet });
}

/**
 * @param {{address: object}} daemon where answers go
 * @param {'resource-metrics' | 'snapshot'} form of the answers
 */
function createExporter(daemon, form) {
  const { config } = readConfig({ mashroomMetrics: ['*'], workers: { maxMemoryMb: 4096 } });
  const { encoder, encode } = createEncoder();
  const workers = startPool(config.workers, encoder);
  const pool = new CountingPool(workers);
  const probes = createProbes({ io: memoryIo(), max: config.probes.max, logger: LOGGER });
  const states = new StateLog(LOGGER);
  const feed = new ProbeFeed({ pool, config, states, probes: new Sink(probes) });
  const responder = new Responder({ pool, pmId: '0', daemon: daemon.address, logger: LOGGER });
  const requested = form === 'snapshot' ? { kind: form, incarnation: undefined, have: [] } : { kind: form };
  const later = {
    kind: 'snapshot',
    have: [[0, Number.MAX_SAFE_INTEGER]],
  };
  return {
    encode,
    /** One interval with one request for metrics in it. */
    async cycle(data) {
      const snapshot = await encode(data);
      const done = pool.expect(2);
      responder.update(snapshot);
      feed.update(snapshot);
      const again = snapshot.generation > 1 && form === 'snapshot';
      responder.ask({
        recipient: { pmId: 1 },
        form: again ? { ...later, incarnation: snapshot.incarnation } : requested,
      });
      await done;
    },
    stop: () => workers.stop(),
  };
}

/** As src/pmx/pmx.ts is one. */
class Sink {
  constructor(probes) {
    this.probes = probes;
  }

  get names() {
    return this.probes.names;
  }

  show(list, leftOut) {
    this.probes.set(list, leftOut);
  }
}

/** Tells when as many tasks as expected are through, their results dealt with. */
class CountingPool {
  constructor(pool) {
    this.pool = pool;
  }

  expect(tasks) {
    this.left = tasks;
    return new Promise((resolve) => (this.resolve = resolve));
  }

  async run(task) {
    try {
      const result = await this.pool.run(task);
      if (!result.ok) complain(`${task.kind}: ${result.message}`);
      return result;
    } finally {
      if (--this.left === 0) setImmediate(this.resolve);
    }
  }
}

module.exports = { createExporter, startPool };
