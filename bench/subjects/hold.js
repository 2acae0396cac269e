'use strict';

/** The longest hold of the event loop in one export cycle: in the steady state, and when all series are new. */

const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { part } = require('../lib/engine');
const { createExporter } = require('../lib/exporter-side');
const { longestTurn } = require('../lib/recorder');
const { perRound, rounds } = require('../lib/rounds');
const { atMost, timesLess, within } = require('../lib/rows');
const { StraightforwardExporter } = require('../lib/straightforward');
const { startStubDaemon } = require('../lib/stub-daemon');
const { createWorkload, HALF_GONE, VARIANTS } = require('../lib/workload');

const { Slicer } = part('core/slicer.js');

const NAME = 'longest hold of the event loop';
const BOUND_MS = 5;
/** A side without work, for about as long as a cycle takes: shows the holds that the machine itself causes. */
const IDLE = 'idle loop';
const IDLE_MS = 50;
/**
 * Pause after a forced garbage collection. Other threads return the freed memory to the system for some time after it
 * (here mostly the collection of the previous round), and a thread that asks for memory meanwhile has to wait.
 */
const SETTLE_MS = 150;
const FIRST_SIGHT = 'first sight';
/** Lower bound of first sight: ask the system for about as much memory as the exporter does, in the same slices. */
const MEMORY = 'only asking for as much memory';
const BYTES_PER_SERIES = 130;
const BYTES_AT_A_TIME = 256 * 1024;
const NO_SERIES = { resource: { attributes: {} }, scopeMetrics: [] };
const RECEIVER = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (data) => parentPort.postMessage(data !== null));
`;

module.exports = async function hold({ quick, workload, emit }) {
  const plan = quick
    ? { real: [['1 %'], 2], tiny: [['everything'], 2], 'huge-tiny': [['1 %', HALF_GONE], 2] }
    : {
        real: [['everything'], 15],
        small: [['everything'], 15],
        large: [VARIANTS, 6],
        huge: [['everything', HALF_GONE], 6],
      };
  const daemon = await startStubDaemon();
  const receiver = new Worker(RECEIVER, { eval: true });
  try {
    for (const [size, [variants, count]] of Object.entries(plan)) {
      if (workload === undefined || workload === size) await measure({ size, variants, count, daemon, receiver, emit });
    }
  } finally {
    await receiver.terminate();
    daemon.stop();
  }
};

/**
 * Keeps the exporters of earlier rounds alive. If their memory were returned to the system during a measurement, the
 * kernel would make this thread wait for new memory. A real process that sees its series for the first time has no
 * earlier exporter.
 */
const kept = [];
const keep = (what) => void kept.push(what);

async function measure({ size, variants, count, daemon, receiver, emit }) {
  const series = createWorkload(size);
  // Ours goes first, while the process has nothing else: garbage collections would visit what the others keep alive.
  const ours = await takeOurs({ series, size, variants, count, daemon });
  const others = await takeOthers({ series, variants, count, receiver });
  for (const variant of [...variants, FIRST_SIGHT]) {
    report({ size, variant, ours: ours[variant], others: others[variant], emit });
  }
  kept.length = 0;
}

async function takeOurs({ series, size, variants, count, daemon }) {
  const form = size === 'large' || size.startsWith('huge') ? 'snapshot' : 'plain';
  let exporter = createExporter(daemon, form);
  const sides = { ours: (data) => exporter.cycle(data), [IDLE]: () => sleep(IDLE_MS) };
  await exporter.cycle(series.collect('nothing'));
  const taken = {};
  for (const variant of variants) taken[variant] = await take({ series, variant, count, sides });
  const before = async () => {
    await exporter.stop();
    keep(exporter);
    exporter = createExporter(daemon, form);
    // Start the worker threads before the measurement: in a real process they run long before there are so many series.
    await exporter.cycle(NO_SERIES);
  };
  const all = { ...sides, [MEMORY]: () => askForMemory(series.series * BYTES_PER_SERIES) };
  taken[FIRST_SIGHT] = await take({ series, variant: 'nothing', count, sides: all, before });
  await exporter.stop();
  return taken;
}

async function askForMemory(bytes) {
  const slicer = new Slicer();
  await slicer.rest();
  await slicer.run(pieces(bytes));
}

function* pieces(bytes) {
  for (let asked = 0; asked < bytes; asked += BYTES_AT_A_TIME) {
    yield;
    keep(new Uint8Array(new SharedArrayBuffer(BYTES_AT_A_TIME)).fill(1));
  }
}

async function takeOthers({ series, variants, count, receiver }) {
  let straightforward = new StraightforwardExporter();
  const sides = {
    'straightforward exporter': (data) => {
      straightforward.export(data);
      straightforward.answer(data);
    },
    'postMessage of the ResourceMetrics': async (data) => {
      receiver.postMessage(data);
      await once(receiver, 'message');
    },
  };
  straightforward.export(series.collect('nothing'));
  const taken = {};
  for (const variant of variants) taken[variant] = await take({ series, variant, count, sides });
  const before = () => {
    keep(straightforward);
    straightforward = new StraightforwardExporter();
  };
  taken[FIRST_SIGHT] = await take({ series, variant: 'nothing', count, sides, before });
  return taken;
}

/** @returns by side, in ms: the longest turn of each round, and the most garbage collection in any of these turns */
async function take({ series, variant, count, sides, before }) {
  const collections = {};
  const collect = perRound(() => series.collect(variant));
  const side = (name, work) => async (round) => {
    await before?.();
    const data = collect(round);
    globalThis.gc();
    await sleep(SETTLE_MS);
    const { ms, gcMs } = await longestTurn(() => work(data));
    if (round >= 0) collections[name] = Math.max(collections[name] ?? 0, gcMs);
    return ms;
  };
  const named = Object.fromEntries(Object.entries(sides).map(([name, work]) => [name, side(name, work)]));
  const turns = await rounds(count, named);
  series.restore();
  return { turns, collections };
}

function report({ size, variant, ours: { turns, collections }, others, emit }) {
  const { ours, [IDLE]: idle, [MEMORY]: memory } = turns;
  const row = { name: NAME, workload: size, variant, unit: 'ms', ours };
  const judged = size === 'large' || size === 'huge';
  const [collected, machine] = [collections.ours, Math.max(...idle)].map((ms) => ms.toFixed(1));
  const asked = memory === undefined ? '' : `; ${MEMORY}: up to ${Math.max(...memory).toFixed(1)} ms`;
  const note = `garbage collection in a longest turn: up to ${collected} ms; ${IDLE} in the same rounds: up to ${machine} ms${asked}`;
  // The bound is meant for every cycle, so the worst cycle is judged. Other load of the machine can cause a hold too,
  // which shows in the note as a hold of the idle loop. Therefore the median cycle is judged as well.
  if (judged) emit(within({ ...row, against: `${BOUND_MS} ms, median cycle`, bound: BOUND_MS, note }));
  if (judged)
    emit(within({ ...row, against: `${BOUND_MS} ms, worst cycle`, bound: BOUND_MS, ours: [Math.max(...ours)] }));
  if (judged && memory !== undefined) emit(atMost({ ...row, against: MEMORY, theirs: memory }));
  for (const [against, theirs] of Object.entries(others.turns)) emit(timesLess({ ...row, against, theirs }));
}
