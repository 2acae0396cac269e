'use strict';

/**
 * Main-thread time and longest hold of collecting a registry of prom-client and encoding it, beside the registry's own text.
 * Both are measured in the same rounds.
 *
 * New series of prom-client are looked for in a share of the collections. So ours is the mean of as many collections in a
 * row as have one of these at the most, and the longest hold is that of all of them.
 */

const { setTimeout: sleep } = require('node:timers/promises');
const { calibrate, cpuMs } = require('../lib/clock');
const { createEncoder, part } = require('../lib/engine');
const { longestTurn } = require('../lib/recorder');
const { ratioOf } = require('../lib/rounds');
const { atMost, timesLess, within } = require('../lib/rows');

const { promClientSource } = part('src/prom-client/index.js');

const NAME = 'main-thread time of a collection of prom-client';
const HOLD_NAME = 'longest hold of a collection of prom-client';
/** See `MAX_WAIT` in src/prom-client/readers/listing.ts. */
const IN_A_ROW = 30;
/** The same where there are new series: after one was found, they are looked for more often. */
const IN_A_ROW_OF_NEW = 8;
const WARM_UPS = 40;
const SETTLE_MS = 200;
/** New series make the registry larger: it begins with this share of the size. */
const SHARE_OF_NEW = 0.65;
const BOUND_MS = 5;
/** The bound holds up to so many series of one metric. */
const BOUND_SERIES = 20_000;
/** The targets are for so many series. */
const LARGE = 100_000;
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const LOOK = 'one look at each of its numbers, in a bare loop';
const NOTHING_NEW = 'nothing new';
const NEW = '1 % new';
const TARGETS = { counters: 50, gauges: 10, histograms: 50 };
const TARGET_OF_NEW = 10;

module.exports = async function promClient({ quick, peers, emit }) {
  await calibrate();
  const sizes = quick ? [200] : [BOUND_SERIES, LARGE];
  for (const peer of peers) {
    for (const kind of ['counters', 'gauges', 'histograms']) {
      for (const size of sizes) {
        for (const variant of [NOTHING_NEW, NEW]) await measure({ peer, kind, size, variant, quick, emit });
      }
    }
  }
};

async function measure({ peer, kind, size, variant, quick, emit }) {
  const isNew = variant === NEW;
  const app = createApp(require(peer), kind, Math.round(isNew ? size * SHARE_OF_NEW : size));
  const source = promClientSource(app.register, { logger: LOGGER });
  const { encode } = createEncoder();
  const collect = async () => encode(await source.collect(source.provider()));
  const change = isNew ? app.add : app.update;
  const count = quick ? 2 : isNew ? IN_A_ROW_OF_NEW : IN_A_ROW;
  const look = isNew || kind === 'histograms' ? undefined : bareLook(app.metric);
  for (let i = 0; i < (quick ? 3 : WARM_UPS); i++) {
    app.update();
    await collect();
    look?.();
  }
  const taken = { ours: [], theirs: [], looks: [], holds: [], theirHolds: [], garbage: [] };
  for (let round = 0; round < (quick ? 2 : 3); round++) {
    taken.ours.push(await mean(count, change, () => cpuMs(collect)));
    if (look !== undefined) taken.looks.push(await mean(count, change, () => cpuMs(look)));
    taken.theirs.push(await cpuMs(() => app.register.metrics()));
    // The garbage of the text before does not count as ours. It is swept for a while: who allocates meanwhile waits for it.
    globalThis.gc();
    await sleep(SETTLE_MS);
    const { ms, gcMs } = await longestOf(count, change, () => longestTurn(collect));
    taken.holds.push(ms);
    taken.garbage.push(gcMs);
    taken.theirHolds.push((await longestTurn(() => app.register.metrics())).ms);
  }
  report({ workload: `${isNew ? 'up to ' : ''}${size} ${kind} of ${peer}`, kind, size, variant, quick, taken, emit });
}

const complain = (...what) => {
  throw new Error(what.join(' '));
};
const LOGGER = { debug() {}, info: complain, warn: complain, error: complain };

async function mean(times, change, work) {
  let total = 0;
  for (let i = 0; i < times; i++) {
    change();
    total += await work();
  }
  return total / times;
}

async function longestOf(times, change, work) {
  let longest = { ms: 0, gcMs: 0 };
  for (let i = 0; i < times; i++) {
    change();
    const turn = await work();
    if (turn.ms > longest.ms) longest = turn;
  }
  return longest;
}

function report({ workload, kind, size, variant, quick, taken, emit }) {
  const row = { workload, variant, unit: 'ms' };
  const target = size < LARGE ? undefined : variant === NEW ? TARGET_OF_NEW : TARGETS[kind];
  const against = 'register.metrics()';
  const time = { ...row, name: NAME, ours: taken.ours };
  emit(timesLess({ ...time, against, theirs: taken.theirs, target, note: noteOfLooks(taken) }));
  if (taken.looks.length > 0)
    emit(atMost({ ...time, against: LOOK, theirs: taken.looks.map((ms) => Math.max(ms, 0.001)) }));
  const note = `garbage collection in a longest turn: up to ${Math.max(...taken.garbage).toFixed(1)} ms`;
  const hold = { ...row, name: HOLD_NAME, ours: taken.holds };
  if (!quick && size <= BOUND_SERIES) emit(within({ ...hold, against: `${BOUND_MS} ms`, bound: BOUND_MS, note }));
  emit(timesLess({ ...hold, against, theirs: taken.theirHolds }));
}

function noteOfLooks({ looks, theirs }) {
  if (looks.length === 0) return undefined;
  const { median } = ratioOf(
    theirs,
    looks.map((ms) => Math.max(ms, 0.001)),
  );
  return `${LOOK} takes ${median.toFixed(0)} times less than register.metrics()`;
}

/**
 * What it takes at least to find out which numbers of a metric have changed: one walk through its map, where it has one, and
 * one read of each number.
 */
function bareLook({ store, hashMap }) {
  const entries = store === undefined ? Object.values(hashMap) : [...store.values()];
  const seen = Float64Array.from(entries, ({ value }) => value);
  return () => {
    if (store !== undefined) {
      const walk = store.values();
      for (let i = 0; i < entries.length; i++) {
        const { value, done } = walk.next();
        if (done === true || value !== entries[i]) throw new Error('the metric has other series');
      }
    }
    for (let i = 0; i < entries.length; i++) {
      const { value } = entries[i];
      if (value !== seen[i]) seen[i] = value;
    }
  };
}

/** An app whose metric has so many series. One in a hundred changes between two collections, or as many are new. */
function createApp(library, kind, size) {
  const register = new library.Registry();
  const common = { name: 'requests', help: 'Help', labelNames: ['route', 'method', 'id'], registers: [register] };
  const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
  const labels = (i) => ({ route: `/api/v1/things/${i % 317}`, method: METHODS[i % 4], id: `id-${i}` });
  const metrics = {
    counters: () => new library.Counter(common),
    gauges: () => new library.Gauge(common),
    histograms: () => new library.Histogram({ ...common, buckets: BUCKETS }),
  };
  const metric = metrics[kind]();
  let gauged = 0.5;
  const record = {
    counters: (i) => metric.inc(labels(i), 1 + (i % 7)),
    gauges: (i) => metric.set(labels(i), gauged++),
    histograms: (i) => metric.observe(labels(i), (i % 800) / 100),
  }[kind];
  let series = 0;
  const add = (count) => {
    for (let left = count; left > 0; left--) record(series++);
  };
  add(size);
  const share = Math.ceil(size / 100);
  let at = 0;
  return {
    register,
    metric,
    update() {
      for (let i = 0; i < share; i++) record((at = (at + 7919) % series));
    },
    add: () => add(share),
  };
}
