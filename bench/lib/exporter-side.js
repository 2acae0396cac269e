'use strict';

/**
 * The main-thread side of the exporter, assembled like in src/exporter.ts, but without timers: the caller starts each
 * cycle and awaits its end. A cycle encodes a collection, computes and sets the probes, and answers one request.
 */

const path = require('node:path');
const { createEncoder, part } = require('./engine');
const { Gauge } = require('./straightforward');

const { readConfig } = part('src/config/read-config.js');
const { Responder } = part('src/ipc/responder.js');
const { Probes } = part('src/pmx/probes.js');
const { ExporterPool } = part('src/pool/exporter-pool.js');
const { ProbeFeed } = part('src/probes/feed.js');
const { StateLog } = part('core/state-log.js');

const quiet = () => undefined;
const complain = (...what) => {
  throw new Error(what.join(' '));
};
const LOGGER = { debug: quiet, info: quiet, warn: quiet, error: complain };

/** The parts of @pm2/io that the exporter uses, without the message with all probes that @pm2/io sends every second. */
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

/** @param encoder holds its snapshots while workers read them; `undefined` if the snapshots stay unchanged */
function startPool(workers, encoder) {
  const worker = path.join(__dirname, '../../build/workers/worker.js');
  return new ExporterPool({ ...workers, worker, hold: (snapshot) => encoder?.hold(snapshot) ?? quiet });
}

/**
 * @param {{address: object}} daemon receives the answers
 * @param {'plain' | 'snapshot'} form the form of the answers
 */
function createExporter(daemon, form) {
  const { config } = readConfig({ mashroomMetrics: ['*'], workers: { maxMemoryMb: 4096 } });
  const { encoder, encode } = createEncoder();
  const workers = startPool(config.workers, encoder);
  const pool = new CountingPool(workers);
  const probes = new Probes(memoryIo(), config.probes.max, LOGGER);
  const states = new StateLog(LOGGER);
  const feed = new ProbeFeed({ pool, config, states, probes });
  const responder = new Responder({ pool, pmId: '0', daemon: daemon.address, logger: LOGGER, states });
  const requested = form === 'snapshot' ? { kind: form, incarnation: undefined, have: [] } : { kind: form };
  const later = {
    kind: 'snapshot',
    have: [[0, Number.MAX_SAFE_INTEGER]],
  };
  return {
    encode,
    /** One cycle, with one request for metrics. */
    async cycle(data) {
      const snapshot = await encode(data);
      const done = pool.expect(2);
      responder.update(snapshot);
      feed.update(snapshot);
      const again = snapshot.generation > 1 && form === 'snapshot';
      responder.ask({
        recipient: { pmId: 1, pid: process.pid },
        form: again ? { ...later, incarnation: snapshot.incarnation } : requested,
      });
      await done;
    },
    stop: () => workers.stop(),
  };
}

/** Runs tasks. The promise of `expect` resolves when that many tasks have ended and their results are used. */
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
