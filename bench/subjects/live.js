'use strict';

/**
 * What the dashboard costs the metrics server, the rounds themselves not counted: keeping the last hour without a page, per round;
 * and a page with 20 charts of 20 series, per second. CPU time of the main thread, and of all threads.
 */

const { calibrate, cpuMs } = require('../lib/clock');
const { createInstance } = require('../lib/decoded-instance');
const { part } = require('../lib/engine');
const { spread } = require('../lib/rounds');
const { atMost, within } = require('../lib/rows');

const { ClusterPool } = part('server/src/cluster-pool.js');
const { Live } = part('server/src/live/live.js');

const SECOND_MS = 1000;
/** Of a core. */
const SHARE = 0.05;
const CHARTS = 20;
/** Smaller times count as this, so that no ratio is 0 or negative. */
const LEAST_MS = 0.01;
const BEGIN = 1_700_000_000_000;

module.exports = async function live({ quick, workload, emit }) {
  await calibrate();
  const plan = quick
    ? [{ instances: 4, size: 'tiny', count: 3 }]
    : [
        { instances: 50, size: 'real', count: 20 },
        { instances: 50, size: 'tiny', count: 20 },
        { instances: 4, size: 'large', count: 10 },
      ];
  for (const one of plan) if (workload === undefined || workload === one.size) await measure({ ...one, emit });
};

async function measure({ instances, size, count, emit }) {
  const hour = await record({ instances, size, count, charts: 0 });
  const page = await record({ instances, size, count, charts: CHARTS });
  const row = { workload: size, unit: 'ms' };
  const name = `the dashboard, per round of ${instances} processes`;
  const against = `${SHARE * 100} % of a core`;
  const bound = SHARE * SECOND_MS;
  const shown = { 'no page': hour, [`a page, ${CHARTS} charts`]: page };
  for (const [variant, { main, all, bytes }] of Object.entries(shown)) {
    emit(within({ ...row, variant, against, name: `${name}: main thread`, ours: main, bound }));
    const note = `${bytes} bytes of events per second`;
    const bounds = all.map(() => bound);
    emit(atMost({ ...row, variant, against, name: `${name}: all threads`, ours: all, theirs: bounds, note }));
  }
  // The hour is kept whether or not there is a page.
  const own = page.all.map((ms) => Math.max(LEAST_MS, ms - spread(hour.all).median));
  const alone = { ...row, variant: 'the page alone', against, name: `${name}: all threads`, ours: own };
  // The promise is of a page for 50 processes; charts of hundreds of thousands of series have no target.
  emit(size === 'large' ? atMost({ ...alone, theirs: own.map(() => bound) }) : within({ ...alone, bound }));
}

async function record({ instances, size, count, charts }) {
  const pool = new ClusterPool({ threads: 1, maxMemoryMb: 2048, timeoutMs: 120_000 });
  const processes = Array.from({ length: instances }, (_, pmId) => createInstance(size, pmId));
  const live = new Live({
    version: '0',
    pool,
    ask: () => Promise.resolve(),
    sums: () => Promise.resolve([]),
    known: () => [],
    asked: { self: -1, includes: () => true },
    states: { report: (_subject, trouble) => trouble !== undefined && fail(trouble) },
  });
  let sent = 0;
  if (charts > 0) {
    const outlet = { send: (event, json) => (sent += event.length + json.length), end() {}, onClose() {} };
    live.open(() => outlet).show(await chartsOf(processes[0], charts));
  }
  const result = { main: [], all: [], bytes: 0 };
  // The evaluation's code is compiled, and its pages are read, before it counts.
  for (let round = -5; round < count; round++) {
    const taking = await roundOf(processes, round + 6);
    globalThis.gc();
    sent = 0;
    const before = processMs();
    const main = await cpuMs(() => {
      live.take(taking);
      return live.settled();
    });
    const all = processMs() - before;
    if (round < 0) continue;
    result.main.push(Math.max(main, LEAST_MS));
    result.all.push(all);
    result.bytes = sent;
  }
  live.stop();
  await pool.stop();
  return result;
}

function fail(trouble) {
  throw new Error(trouble);
}

function processMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Of the metrics that there are, one after the other, each by an attribute of its series. */
async function chartsOf(instance, count) {
  const { snapshot } = await instance.answer('nothing');
  const families = snapshot.scopes.flatMap((scope) => scope.families).filter(({ pages }) => pages.length > 0);
  return Array.from({ length: count }, (_, id) => {
    const { descriptor, pages } = families[id % families.length];
    const [line] = Buffer.from(pages[0].page.attributes).toString().split('\n');
    const names = Object.keys(JSON.parse(line));
    const by = names.length === 0 ? {} : { by: names[Math.floor(id / families.length) % names.length] };
    return {
      id,
      metric: descriptor.name,
      as: pages[0].page.layout.kind === 'histogram' ? 'p95' : 'rate',
      ...by,
      points: 600,
    };
  });
}

async function roundOf(instances, round) {
  const time = BEGIN + round * SECOND_MS;
  const answers = [];
  for (const instance of instances) {
    const { run, snapshot } = await instance.answer('everything');
    answers.push({ run, snapshot: { ...snapshot, time }, bytes: 1, durationMs: 1, ageMs: 1 });
  }
  const about = { status: 'online', isModule: false, restarts: 0, unstableRestarts: 0, monitor: [] };
  const processes = answers.map(({ run }) => ({
    ...{ run, pid: 2 ** 30, ...about, startedAt: BEGIN },
    ...{ cpuRatio: (round % 7) / 10, memoryBytes: 1e8 + round },
  }));
  return { round, started: time, durationMs: 1, processes, answers, silent: [], blocked: [], leaving: [], errors: {} };
}
