'use strict';

/** Main-thread time of one export cycle: ours, straightforward exporter, `postMessage` of the data, lower bounds. */

const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const { calibrate, cpuMs } = require('../lib/clock');
const { createEncoder, part } = require('../lib/engine');
const { createExporter, startPool } = require('../lib/exporter-side');
const { perRound, rounds } = require('../lib/rounds');
const { atMost, timesLess } = require('../lib/rows');
const { createSdk } = require('../lib/sdk');
const { StraightforwardExporter } = require('../lib/straightforward');
const { startStubDaemon } = require('../lib/stub-daemon');
const { createWorkload, VARIANTS } = require('../lib/workload');

const { readConfig } = part('src/config/read-config.js');

const NAME = 'main-thread time per export cycle';
const TARGET = 40;

const RECEIVER = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (data) => parentPort.postMessage(data !== null));
`;

module.exports = async function cycle({ quick, workload, emit }) {
  await calibrate();
  const plan = quick
    ? { real: [VARIANTS, 3, 20], tiny: [VARIANTS, 3, 2] }
    : {
        real: [VARIANTS, 9, 50],
        small: [VARIANTS, 9, 3],
        large: [VARIANTS, 15, 1],
      };
  const daemon = await startStubDaemon();
  const receiver = new Worker(RECEIVER, { eval: true });
  try {
    await rehearse({ ...(quick ? { size: 'tiny', cycles: 3 } : { size: 'small', cycles: 100 }), daemon, receiver });
    for (const [size, [variants, count, repeat]] of Object.entries(plan)) {
      if (workload !== undefined && workload !== size) continue;
      for (const variant of variants) await measure({ size, variant, count, repeat, daemon, receiver, emit });
    }
    await compareWithCollect({ size: quick ? 'tiny' : 'large', count: quick ? 3 : 7, daemon, emit });
  } finally {
    await receiver.terminate();
    daemon.stop();
  }
};

async function measure({ size, variant, count, repeat, daemon, receiver, emit }) {
  const workload = createWorkload(size);
  const pool = await EmptyTasks.start();
  const { exporter, sides } = createSides({ size, daemon, receiver, pool });
  await warmUp(Object.values(sides), workload, variant);
  const collect = perRound(() => Array.from({ length: repeat }, () => workload.collect(variant)));
  const measured = Object.entries(sides).map(([name, work]) => [
    name,
    async (round) => {
      const collections = collect(round);
      globalThis.gc();
      const total = await cpuMs(async () => {
        for (const data of collections) await work(data);
      });
      return total / repeat;
    },
  ]);
  const taken = await rounds(count, Object.fromEntries(measured));
  const { ours, straightforward: loop, postMessage, pass, passAndTasks } = taken;
  const plain = { name: NAME, workload: size, variant, unit: 'ms', ours };
  const row = { ...plain, ...(size === 'large' && { target: TARGET }) };
  emit(timesLess({ ...row, against: LOOP, theirs: loop }));
  emit(timesLess({ ...row, against: POST_MESSAGE, theirs: postMessage }));
  if (size === 'large' || size === 'tiny') {
    emit(atMost({ ...plain, against: PASS, theirs: pass }));
    emit(atMost({ ...plain, against: PASS_AND_TASKS, theirs: passAndTasks }));
    const lowerBound = { ...plain, name: `${NAME}, ${LOWER_BOUND}`, ours: passAndTasks };
    emit(timesLess({ ...lowerBound, against: LOOP, theirs: loop }));
    emit(timesLess({ ...lowerBound, against: POST_MESSAGE, theirs: postMessage }));
  }
  await pool.stop();
  await exporter.stop();
}

function createSides({ size, daemon, receiver, pool }) {
  // The form of the answer does not matter here: worker threads render it, and the main thread's cost is the same.
  const exporter = createExporter(daemon, size === 'large' ? 'snapshot' : 'plain');
  const straightforward = new StraightforwardExporter();
  const onePass = new OnePass();
  const sides = {
    ours: (data) => exporter.cycle(data),
    straightforward(data) {
      straightforward.export(data);
      return straightforward.answer(data);
    },
    async postMessage(data) {
      receiver.postMessage(data);
      await once(receiver, 'message');
    },
    pass: (data) => onePass.take(data),
    async passAndTasks(data) {
      onePass.take(data);
      await pool.pair();
    },
  };
  return { exporter, sides };
}

/** Runs all sides, over garbage collections too, until their code is compiled as it is in a process after a minute. */
async function warmUp(sides, workload, variant) {
  for (let i = 0; i < WARM_UPS; i++) {
    // New series make the workload larger, so only the last warm-ups add some.
    const isEarly = variant.endsWith('new') && i < WARM_UPS - WARM_UPS_OF_NEW;
    const data = workload.collect(isEarly ? 'everything' : variant);
    for (const side of sides) await side(data);
    if (i % 3 === 0) globalThis.gc();
  }
}

const WARM_UPS = 30;
const WARM_UPS_OF_NEW = 3;

/** Gets the code for new series compiled. It uses its own workload, since new series make a workload larger. */
async function rehearse({ size, daemon, receiver, cycles }) {
  const workload = createWorkload(size);
  const pool = await EmptyTasks.start();
  const { exporter, sides } = createSides({ size, daemon, receiver, pool });
  for (let i = 0; i < cycles; i++) {
    const data = workload.collect('1 % new');
    for (const side of Object.values(sides)) await side(data);
    if (i % 10 === 0) globalThis.gc();
  }
  await pool.stop();
  await exporter.stop();
}

const LOOP = 'straightforward exporter';
const POST_MESSAGE = 'postMessage of the ResourceMetrics';
const PASS = 'one pass over the data points';
const PASS_AND_TASKS = 'one pass and two empty tasks';
const LOWER_BOUND = 'lower bound: one pass over the data points and two empty tasks';

const NO_NAMES = { known: [], room: 0 };

/** Tasks with an empty snapshot: the fixed cost of running a task in a worker thread. */
class EmptyTasks {
  static async start() {
    const { encode } = createEncoder();
    const empty = await encode({ resource: { attributes: {} }, scopeMetrics: [] });
    return new EmptyTasks(empty, startPool(readConfig({}).config.workers));
  }

  constructor(snapshot, pool) {
    this.pool = pool;
    this.task = {
      kind: 'probes',
      snapshot,
      select: [],
      counters: 'total',
      perMetric: 1,
      aggregated: [],
      names: NO_NAMES,
    };
  }

  async pair() {
    const results = await Promise.all([this.pool.run(this.task), this.pool.run(this.task)]);
    if (!results.every(({ ok }) => ok)) throw new Error(`An empty task failed: ${JSON.stringify(results)}`);
  }

  stop() {
    return this.pool.stop();
  }
}

/**
 * The lower bound of encoding: read every data point once, compare its attributes object with that of the series at the
 * same position, copy its value, and copy its start time and bucket counts if their arrays are new. Attributes of a new
 * series are written as text. It has no pages, detects no changes and uses no threads.
 *
 * `Object.is` compares references without reading the objects, which `===` would do.
 */
class OnePass {
  constructor() {
    this.metrics = [];
  }

  take({ scopeMetrics }) {
    let index = 0;
    for (const { metrics } of scopeMetrics) {
      for (const { dataPoints } of metrics) {
        const metric = (this.metrics[index++] ??= new MetricPass());
        if (typeof dataPoints[0]?.value === 'number') metric.scalars(dataPoints);
        else metric.histograms(dataPoints);
      }
    }
  }
}

class MetricPass {
  constructor() {
    this.attributes = [];
    this.startTimes = [];
    this.counts = [];
    this.columns = [];
    this.texts = Buffer.alloc(1 << 16);
    this.written = 0;
  }

  scalars(points) {
    const { attributes, startTimes } = this;
    const values = this.nextColumn(2 * points.length);
    for (let i = 0, at = 0; i < points.length; i++, at += 2) {
      const { attributes: own, startTime, value } = points[i];
      if (!Object.is(attributes[i], own)) this.writeAttributes(i, own);
      if (!Object.is(startTimes[i], startTime)) this.writeStart(i, at, startTime);
      values[at + 1] = value;
    }
  }

  /** All data points of a metric have the same number of buckets. */
  histograms(points) {
    const { attributes, startTimes, counts } = this;
    const stride = 5 + (points[0]?.value.buckets.counts.length ?? 0);
    const values = this.nextColumn(points.length * stride);
    for (let i = 0, at = 0; i < points.length; i++) {
      const { attributes: own, startTime, value } = points[i];
      if (!Object.is(attributes[i], own)) this.writeAttributes(i, own);
      if (!Object.is(startTimes[i], startTime)) this.writeStart(i, at, startTime);
      values[at + 1] = value.count;
      values[at + 2] = value.sum;
      values[at + 3] = value.min;
      values[at + 4] = value.max;
      if (!Object.is(counts[i], value.buckets.counts)) this.writeCounts(i, at + 5, value.buckets.counts);
      at += stride;
    }
  }

  writeStart(series, at, startTime) {
    this.startTimes[series] = startTime;
    for (const values of this.columns) values[at] = startTime[0] * 1e6 + startTime[1] / 1e3;
  }

  writeCounts(series, at, counts) {
    this.counts[series] = counts;
    for (const values of this.columns) for (let b = 0; b < counts.length; b++) values[at + b] = counts[b];
  }

  writeAttributes(series, attributes) {
    this.attributes[series] = attributes;
    if (this.written > this.texts.length / 2) this.written = 0;
    this.written += this.texts.write(JSON.stringify(attributes), this.written);
  }

  /** Columns take turns, since workers would still read the previous ones while the next one is written. */
  nextColumn(length) {
    const column = this.columns.length < COLUMNS ? undefined : this.columns.shift();
    const values = column === undefined || column.length < length ? new Float64Array(2 * length) : column;
    this.columns.push(values);
    return values;
  }
}

/** One that is written and two that are read. */
const COLUMNS = 3;

/** Compares with the collection by the SDK itself, whose cost every exporter of cumulative metrics has too. */
async function compareWithCollect({ size, count, daemon, emit }) {
  const sdk = createSdk(createWorkload(size));
  const exporter = createExporter(daemon, 'snapshot');
  for (let i = 0; i < WARM_UPS; i++) await exporter.cycle(await sdk.collect());
  for (const variant of ['1 %', 'everything']) {
    const ours = [];
    const theirs = [];
    // Their order cannot alternate: the export needs the collection that was just made.
    for (let round = 0; round < count; round++) {
      sdk.change(variant);
      globalThis.gc();
      let data;
      theirs.push(await cpuMs(async () => (data = await sdk.collect())));
      globalThis.gc();
      ours.push(await cpuMs(() => exporter.cycle(data)));
    }
    emit(timesLess({ name: NAME, workload: size, variant, unit: 'ms', against: 'collect() of the SDK', ours, theirs }));
  }
  await exporter.stop();
}
