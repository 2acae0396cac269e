'use strict';

/** Main-thread time and longest hold of a collection, from what was recorded to the snapshot or the text. */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { calibrate, cpuMs } = require('../lib/clock');
const { createObservable, createProcess, warmUp } = require('../lib/recording-process');
const { rounds } = require('../lib/rounds');
const { atMost, timesLess, within } = require('../lib/rows');

const NAME = 'main-thread time to collect and encode';
const HOLD = 'longest hold while it collects and encodes';
const RECORDING = 'time to record once in each series';
const HOLD_MS = 8;
const HELD_PROCESS = path.join(__dirname, '../apps/held-process.js');
/** What a forced collection has found is swept for a while, and who allocates meanwhile waits for it. */
const SETTLE_SERIES_PER_MS = 500;
const AGAINST = {
  'in one go': 'the same, collected by the SDK in one go',
  cumulative: 'cumulative collection by the SDK, our encoder',
  serializer: "cumulative collection by the SDK, OpenTelemetry's Prometheus serializer",
  'prom-client': 'prom-client, register.metrics()',
};
const TWO = ['ours', 'cumulative'];
/** Sides whose collection is one single hold. */
const HELD = ['in one go', 'cumulative'];
const ALL = ['ours', ...Object.keys(AGAINST)];

/** By share of changed series: how many times less than a cumulative collection it is to be. */
const TARGETS = { small: { 0.01: 25, 0.1: 4, 1: 1 }, million: { 0.01: 20 } };

const SHARES = [0, 0.01, 0.1, 1];
const PLANS = {
  tiny: [{ size: 500, reused: false, count: 3, kinds: ALL, shares: SHARES }],
  small: [
    { size: 100_000, reused: false, count: 9, kinds: ALL, shares: SHARES },
    { size: 100_000, reused: true, count: 9, kinds: TWO, shares: SHARES },
  ],
  million: [
    { size: 1_000_000, reused: false, count: 3, kinds: TWO, shares: SHARES },
    { size: 1_000_000, reused: true, count: 3, kinds: TWO, shares: [0.01] },
  ],
};

module.exports = async function sources({ quick, size: wanted = 'small', emit }) {
  await calibrate();
  const workload = quick ? 'tiny' : wanted;
  const plans = PLANS[workload];
  for (const plan of plans) await measure({ workload, ...plan }, emit);
  if (wanted === 'million') return;
  const [{ size, count }] = plans;
  await measureRecording({ size, count, emit });
  await measureObservables({ size, count, emit });
};

async function measure(plan, emit) {
  const held = await startHeld(plan);
  try {
    await measureAll(plan, held, emit);
  } finally {
    for (const process of Object.values(held)) process.disconnect();
  }
}

async function measureAll({ workload, size, reused, count, kinds, shares }, held, emit) {
  const processes = Object.fromEntries(kinds.map((kind) => [kind, createProcess(kind, size, { reused })]));
  for (const process of Object.values(processes)) await warmUp(process, size);
  for (const share of shares) {
    const variant = `${share * 100} %${reused ? ', reused objects' : ''}`;
    const row = { workload: `${size} counters`, variant, unit: 'ms' };
    const { ours, ...others } = await timesOf(processes, share, count);
    for (const [kind, theirs] of Object.entries(others)) {
      const target = kind === 'cumulative' ? TARGETS[workload]?.[share] : undefined;
      emit(timesLess({ ...row, name: NAME, against: AGAINST[kind], ours, theirs, target }));
    }
    const holds = await holdsOf(held, share, count);
    const bound = { ...row, name: HOLD, bound: HOLD_MS, note: holds.note };
    emit(within({ ...bound, against: `${HOLD_MS} ms, median`, ours: holds.ours }));
    for (const kind of HELD) {
      if (holds[kind] === undefined) continue;
      emit(timesLess({ ...row, name: HOLD, against: AGAINST[kind], ours: holds.ours, theirs: holds[kind] }));
    }
  }
}

/** What the reader adds to each recording of an application. A second reader adds as much. */
async function measureRecording({ size, count, emit }) {
  for (const reused of [false, true]) {
    for (const instrument of ['counter', 'histogram']) {
      const kinds = ['ours', 'cumulative', 'beside another'];
      const processes = Object.fromEntries(
        kinds.map((kind) => [kind, createProcess(kind, size, { reused, instrument })]),
      );
      for (const process of Object.values(processes)) await warmUp(process, size);
      const taken = await recordingOf(processes, count);
      const variant = reused ? 'reused objects' : 'fresh objects';
      const row = {
        name: RECORDING,
        workload: `${size} series of a ${instrument}`,
        variant,
        unit: 'ms',
        ours: taken.ours,
      };
      emit(atMost({ ...row, against: 'with a cumulative reader', theirs: taken.cumulative }));
      emit(timesLess({ ...row, against: 'with a second reader beside it', theirs: taken['beside another'] }));
    }
  }
}

async function measureObservables({ size, count, emit }) {
  const cycles = Object.fromEntries(TWO.map((kind) => [kind, createObservable(kind, size)]));
  const sides = Object.entries(cycles).map(([kind, cycle]) => {
    const side = async () => {
      globalThis.gc();
      return cpuMs(cycle);
    };
    return [kind, side];
  });
  const { ours, cumulative } = await rounds(count, Object.fromEntries(sides), { warmUp: 3 });
  const row = { name: NAME, workload: `${size} observables`, variant: 'their callback gives all', unit: 'ms' };
  emit(timesLess({ ...row, against: AGAINST.cumulative, ours, theirs: cumulative }));
}

function timesOf(processes, share, count) {
  const sides = Object.entries(processes).map(([kind, { change, cycle }]) => {
    const side = async () => {
      // Work that the interval before has left over does not count.
      await cycle();
      change(share);
      globalThis.gc();
      return Math.max(await cpuMs(cycle), 0.001);
    };
    return [kind, side];
  });
  return rounds(count, Object.fromEntries(sides));
}

/** A process for each side whose holds are measured. */
async function startHeld({ kinds, size, reused }) {
  const settleMs = size / SETTLE_SERIES_PER_MS;
  const held = {};
  for (const kind of ['ours', ...HELD].filter((one) => kinds.includes(one))) {
    held[kind] = fork(HELD_PROCESS, [JSON.stringify({ kind, size, reused, settleMs })]);
    await answerOf(held[kind]);
  }
  return held;
}

async function answerOf(process) {
  const answered = new AbortController();
  const { signal } = answered;
  const ended = once(process, 'exit', { signal }).then(([code]) => {
    throw new Error(`a process whose holds are measured has ended with ${code}`);
  });
  try {
    const [answer] = await Promise.race([once(process, 'message', { signal }), ended]);
    return answer;
  } finally {
    answered.abort();
  }
}

async function holdsOf(held, share, count) {
  let collected = 0;
  const sides = Object.entries(held).map(([kind, process]) => {
    const side = async (round) => {
      process.send({ share });
      const { ms, gcMs } = await answerOf(process);
      if (kind === 'ours' && round >= 0) collected = Math.max(collected, gcMs);
      return ms;
    };
    return [kind, side];
  });
  const taken = await rounds(count, Object.fromEntries(sides));
  return { ...taken, note: `garbage collection in a longest turn: up to ${collected.toFixed(1)} ms` };
}

function recordingOf(processes, count) {
  const sides = Object.entries(processes).map(([kind, { change, cycle }]) => {
    const side = async () => {
      await cycle();
      globalThis.gc();
      return cpuMs(() => change(1));
    };
    return [kind, side];
  });
  return rounds(count, Object.fromEntries(sides));
}
