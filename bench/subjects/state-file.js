'use strict';

/**
 * What it costs to have a scrape's sums in the state file before they are shown: time and bytes of a record, by what has
 * changed from one scrape to the next in 8 instances. Compares with writing all sums anew, and with merging and rendering.
 */

const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { busyMs } = require('../lib/clock');
const { createInstance } = require('../lib/decoded-instance');
const { Renderer, part } = require('../lib/engine');
const { atMost, timesLess } = require('../lib/rows');

const { appendChanges, ClusterMerger, loadStates, saveStates } = part('server/workers/cluster/index.js');

const INSTANCES = 8;
const VARIANTS = ['nothing', '1 %', 'everything'];

module.exports = async function stateFile({ quick, workload, emit }) {
  const plan = quick ? { tiny: 3 } : { small: 9, large: 5 };
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    for (const [size, count] of Object.entries(plan)) {
      if (workload !== undefined && workload !== size) continue;
      for (const variant of VARIANTS) await measure({ size, variant, count, folder, emit });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
};

async function measure({ size, variant, count, folder, emit }) {
  const instances = Array.from({ length: INSTANCES }, (_, pmId) => createInstance(size, pmId));
  const renderer = new Renderer();
  const merger = new ClusterMerger();
  const [file, other] = ['state', 'other'].map((name) => path.join(folder, name));
  let end = saveStates({ path: file, apps: [] });
  let state;
  const bytes = { appended: [], whole: [] };
  const taken = { merged: [], appended: [], whole: [] };
  // One round after the other: each builds on the one before.
  const oneRound = async () => {
    const live = [];
    for (const instance of instances) live.push(await instance.answer(state === undefined ? 'everything' : variant));
    globalThis.gc();
    const from = state;
    const merged = await busyMs(() => {
      const apps = [{ app: 'shop', state: from, live, silent: [], started: [] }];
      const labels = { app: 'pm2_app', instance: 'pm_id' };
      const result = merger.absorb({ kind: 'absorb', apps, rules: [], maxEndedSeries: 10_000, labels });
      [{ state }] = result.apps;
      renderer.render(result.snapshots[0].snapshot);
    });
    const before = end.size;
    const appended = await busyMs(() => {
      const result = appendChanges(end, [{ app: 'shop', from, to: state }]);
      if (!result.ok) throw new Error(result.message);
      ({ end } = result);
    });
    let saved;
    const whole = await busyMs(() => void (saved = saveStates({ path: other, apps: [{ app: 'shop', state }] })));
    return { merged, appended, whole, appendedBytes: end.size - before, wholeBytes: saved.size };
  };
  for (let round = -2; round < count; round++) {
    const result = await oneRound();
    if (round < 0) continue;
    for (const name of Object.keys(taken)) taken[name].push(result[name]);
    bytes.appended.push(result.appendedBytes);
    bytes.whole.push(result.wholeBytes);
  }
  check(file, state);
  const row = { workload: size, variant };
  const whole = { ...row, against: 'all sums anew' };
  emit(
    timesLess({ ...whole, name: 'a record of the state file', unit: 'ms', ours: taken.appended, theirs: taken.whole }),
  );
  emit(timesLess({ ...whole, name: 'its bytes', unit: 'bytes', ours: bytes.appended, theirs: bytes.whole }));
  const scrape = { ...row, against: 'merging, rendering', name: 'a record as a part of the scrape', unit: 'ms' };
  emit(atMost({ ...scrape, ours: taken.appended, theirs: taken.merged }));
}

/** What is measured must be what comes back. */
function check(file, state) {
  const [[, loaded]] = loadStates({ path: file }).states;
  const isSame = loaded.runs.every(({ last }, i) =>
    last.every((number, at) => Object.is(number, state.runs[i].last[at])),
  );
  if (!isSame) throw new Error('state-file: the file has other numbers');
}
