'use strict';

/** The longest that one export cycle holds the event loop at a time: in the steady state, and when all series are new. */

const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { part } = require('../lib/engine');
const { createExporter } = require('../lib/exporter');
const { longestTurn } = require('../lib/recorder');
const { perRound, rounds } = require('../lib/rounds');
const { atMost, timesLess, within } = require('../lib/rows');
const { StraightforwardExporter } = require('../lib/straightforward');
const { startStubDaemon } = require('../lib/stub-daemon');
const { createWorkload, HALF_GONE, VARIANTS } = require('../lib/workload');

const { Slicer } = part('core/slicer.js');

const NAME = 'longest hold of the event loop';
const BOUND_MS = 5;
/** What the machine itself does to a loop that turns with nothing to do, for about as long as a cycle takes. */
const IDLE = 'nothing to do';
const IDLE_MS = 50;
/**
 * What a full garbage collection has found, here mostly what was collected in the round before, other threads give back
 * to the system for some time after it, and who asks for memory meanwhile is made to wait.
 */
const SETTLE_MS = 150;
const FIRST_SIGHT = 'first sight';
/** The least that first sight takes: to ask the system for about as much memory, in slices as ours. */
const MEMORY = 'asking for as much memory, and nothing else';
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
 * A process that sees its series for the first time has no earlier exporter whose memory is given back at the same
 * time, during which the kernel makes others wait for theirs.
 */
const kept = [];
const keep = (what) => void kept.push(what);

async function measure({ size, variants, count, daemon, receiver, emit }) {
  const series = createWorkload(size);
  // Ours goes first, in a process that has nothing else: what the others keep is looked at by garbage collections, too.
  const ours = await takeOurs({ series, size, variants, count, daemon });
  const others = await takeOthers({ series, variants, count, receiver });
  for (const variant of [...variants, FIRST_SIGHT]) {
    report({ size, variant, ours: ours[variant], others: others[variant], emit });
  }
  kept.length = 0;
}

async function takeOurs({ series, size, variants, count, daemon }) {
  const form = size === 'large' || size.startsWith('huge') ? 'snapshot' : 'resource-metrics';
  let exporter = createExporter(daemon, form);
  const sides = { ours: (data) => exporter.cycle(data), [IDLE]: () => sleep(IDLE_MS) };
  await exporter.cycle(series.collect('nothing'));
  const taken = {};
  for (const variant of variants) taken[variant] = await take({ series, variant, count, sides });
  const before = async () => {
    await exporter.stop();
    keep(exporter);
    exporter = createExporter(daemon, form);
    // Worker threads are up long before there are that many series.
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
  for (let asked = 0; asked < bytes; asked += BYTES_AT_A_TIME) {
    if (slicer.due) await slicer.rest();
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

/** @returns by side the longest turn of each round, and of how much of it was garbage collection the most */
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
  const note = `garbage collection in a longest turn: up to ${collected} ms; a loop with nothing to do, in the same rounds: up to ${machine} ms${asked}`;
  // No slice may be longer, so that the worst cycle is what counts. On a machine that others use too it may be theirs,
  // which the note tells: a cycle as most of them are is judged beside it.
  if (judged) emit(within({ ...row, against: `${BOUND_MS} ms, median cycle`, bound: BOUND_MS, note }));
  if (judged)
    emit(within({ ...row, against: `${BOUND_MS} ms, worst cycle`, bound: BOUND_MS, ours: [Math.max(...ours)] }));
  if (judged && memory !== undefined) emit(atMost({ ...row, against: MEMORY, theirs: memory }));
  for (const [against, theirs] of Object.entries(others.turns)) emit(timesLess({ ...row, against, theirs }));
}
