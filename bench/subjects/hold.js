'use strict';

/** The longest that one export cycle holds the event loop at a time: in the steady state, and when all series are new. */

const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { createExporter } = require('../lib/exporter');
const { longestTurn } = require('../lib/recorder');
const { rounds } = require('../lib/rounds');
const { timesLess, within } = require('../lib/rows');
const { StraightforwardExporter } = require('../lib/straightforward');
const { startStubDaemon } = require('../lib/stub-daemon');
const { createWorkload, VARIANTS } = require('../lib/workload');

const NAME = 'longest hold of the event loop';
const BOUND_MS = 5;
/** What the machine itself does to a loop that turns with nothing to do, for about as long as a cycle takes. */
const IDLE = 'nothing to do';
const IDLE_MS = 50;
const RECEIVER = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (data) => parentPort.postMessage(data !== null));
`;

module.exports = async function hold({ quick, workload, emit }) {
  const plan = quick
    ? { real: [['1 %'], 2], tiny: [['everything'], 2], 'huge-tiny': [['1 %'], 2] }
    : {
        real: [['everything'], 15],
        small: [['everything'], 15],
        large: [VARIANTS, 6],
        huge: [['everything'], 3],
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

async function measure({ size, variants, count, daemon, receiver, emit }) {
  const series = createWorkload(size);
  const form = size === 'large' || size.startsWith('huge') ? 'snapshot' : 'resource-metrics';
  let exporter = createExporter(daemon, form);
  let straightforward = new StraightforwardExporter();
  const others = {
    'straightforward exporter': (data) => {
      straightforward.export(data);
      straightforward.answer(data);
    },
    'postMessage of the ResourceMetrics': async (data) => {
      receiver.postMessage(data);
      await once(receiver, 'message');
    },
    [IDLE]: () => sleep(IDLE_MS),
  };
  const run = async (variant, of, before) => {
    let collected = 0;
    const side = (work) => async (round) => {
      await before?.();
      const data = series.collect(variant);
      globalThis.gc();
      const { ms, gcMs } = await longestTurn(() => work(data));
      if (work === ours && round >= 0) collected = Math.max(collected, gcMs);
      return ms;
    };
    const ours = (data) => exporter.cycle(data);
    const sides = { ours, ...others };
    const named = Object.fromEntries(Object.entries(sides).map(([name, work]) => [name, side(work)]));
    const taken = await rounds(count, named);
    report({ taken, size, variant: of, collected, emit });
  };
  await exporter.cycle(series.collect('nothing'));
  straightforward.export(series.collect('nothing'));
  for (const variant of variants) await run(variant, variant);
  const anew = async () => {
    await exporter.stop();
    exporter = createExporter(daemon, form);
    straightforward = new StraightforwardExporter();
  };
  await run('nothing', 'first sight', anew);
  await exporter.stop();
}

function report({ taken: { ours, [IDLE]: idle, ...others }, size, variant, collected, emit }) {
  const row = { name: NAME, workload: size, variant, unit: 'ms', ours };
  const judged = size === 'large' || size === 'huge';
  const machine = Math.max(...idle).toFixed(1);
  const note = `garbage collection in a longest turn: up to ${collected.toFixed(1)} ms; a loop with nothing to do, in the same rounds: up to ${machine} ms`;
  // No slice may be longer, so that the worst cycle is what counts. On a machine that others use too it may be theirs,
  // which the note tells: a cycle as most of them are is judged beside it.
  if (judged) emit(within({ ...row, against: `${BOUND_MS} ms, median cycle`, bound: BOUND_MS, note }));
  if (judged)
    emit(within({ ...row, against: `${BOUND_MS} ms, worst cycle`, bound: BOUND_MS, ours: [Math.max(...ours)] }));
  for (const [against, theirs] of Object.entries(others)) emit(timesLess({ ...row, against, theirs }));
}
