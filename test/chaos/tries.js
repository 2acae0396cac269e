'use strict';

/** What chaos tries: each is called with random choices, and fails by rejecting or by the end of its process. */
const { fork } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const threads = require('node:worker_threads');
const { sums } = require('./cluster/sums');
const { collection, config, oddCollect, oddLogger, withExporter } = require('./exporter');
const { oddValue, spoil } = require('./odd-values');

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const collect = () => collection();

async function collections(random) {
  await withExporter({ ...config, logger: quiet, collect: oddCollect(random) }, 350);
}

async function loggers(random) {
  await withExporter({ ...config, logger: oddLogger(random), collect: oddCollect(random) }, 250);
}

async function configurations(random) {
  // These never throw and give a whole configuration.
  const options = spoil({ ...config, other: 1 }, random, 0.2);
  const isTree = typeof options === 'object' && options !== null && !(options instanceof Promise);
  const given = isTree ? Object.defineProperties({ collect, logger: quiet }, descriptorsOf(options)) : options;
  await withExporter(given, 20);
}

function descriptorsOf(value) {
  try {
    return Object.getOwnPropertyDescriptors(value);
  } catch {
    return {};
  }
}

async function messages(random) {
  const have = Array.from({ length: random.below(20) }, (_, i) => [i, i + random.below(3)]);
  const data = random.chance(0.5) ? null : { v: 2, form: 'snapshot', incarnation: 'a', have };
  const request = { topic: 'getMetrics', from: '0', data, request: 'id', pid: process.pid };
  await withExporter({ ...config, logger: quiet, collect }, 100, () => {
    const count = random.chance(0.1) ? 20_000 : 200;
    for (let i = 0; i < count; i++) {
      const message = spoil(request, random, 0.15);
      // As a message comes: by way of JSON.
      const text = jsonOf(message);
      if (text !== undefined) process.emit('message', JSON.parse(text));
    }
  });
}

/** @returns `undefined` for what JSON cannot write: PM2 cannot send it either */
function jsonOf(message) {
  try {
    return JSON.stringify(message);
  } catch {
    return undefined;
  }
}

const { Worker } = threads;
/** What a thread does in place of its work. */
const HARMFUL = ['for (;;);', 'throw new Error("not loaded")', 'const a = []; for (;;) a.push({});', ''];

/** Threads that cannot be made, that end or hang at any moment, and that run out of memory. */
async function workers(random) {
  const made = [];
  threads.Worker = class extends Worker {
    constructor(file, options) {
      if (random.chance(0.2)) throw Object.assign(new Error('no thread'), { code: 'ERR_WORKER_INIT_FAILED' });
      const code = random.chance(0.3) ? random.pick(HARMFUL) : undefined;
      super(code ?? file, code === undefined ? options : { ...options, eval: true });
      made.push(this);
      if (random.chance(0.5)) setTimeout(() => void this.terminate(), random.below(300)).unref();
    }
  };
  try {
    await withExporter({ ...config, logger: quiet, collect }, 500, () => {
      for (let i = 0; i < 5; i++) process.emit('message', { topic: 'getMetrics', from: '0', data: null });
    });
  } finally {
    threads.Worker = Worker;
    await Promise.all(made.map((one) => one.terminate()));
  }
}

const ENDS = path.join(__dirname, '..', 'fixtures', 'apps', 'ends.js');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGKILL'];

/** The same end with the exporter and without it. */
async function ends(random) {
  const { ways } = require(ENDS);
  // Memory is exhausted by a test of its own, since that takes long.
  const way = random.pick(ways.filter((one) => one !== 'out of memory'));
  const signal = SIGNALS.find((one) => way.startsWith(one)) ?? 'SIGTERM';
  let difference;
  for (const signalMs of SIGNAL_MS) {
    const end = { way, signal, signalMs };
    const [without, withExporter] = await Promise.all([endOf(end, ''), endOf(end, dist)]);
    if (without === withExporter) return;
    difference = `${way}: ${withExporter} with the exporter, ${without} without it`;
  }
  throw new Error(difference);
}

/**
 * When the signal comes, at each attempt. On a busy machine a process may load for so long that the first signal comes before
 * its own end: only a difference that remains with more time is a failure.
 */
const SIGNAL_MS = [3000, 15_000];

const dist = path.join(__dirname, '..', '..', 'dist', 'src');

function endOf({ way, signal, signalMs }, exporter) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chaos-end-'));
  const record = path.join(folder, 'record');
  const child = fork(ENDS, { env: { ...process.env, END: way, RECORD: record, EXPORTER: exporter }, silent: true });
  const timers = [signalMs, 2 * signalMs].map((ms, at) =>
    setTimeout(() => child.kill(at === 0 ? signal : 'SIGKILL'), ms),
  );
  return new Promise((resolve) => {
    child.once('exit', (code, by) => {
      timers.forEach(clearTimeout);
      const notes = fs.existsSync(record) ? fs.readFileSync(record, 'utf8') : '';
      fs.rmSync(folder, { recursive: true });
      resolve(`${code} ${by}: ${notes.trim().replaceAll('\n', ', ')}`);
    });
  });
}

/** Exporters that take each other's place, and are stopped while they start. */
async function stops(random) {
  const exporters = Array.from({ length: 5 }, () =>
    withExporter(
      { ...config, logger: quiet, collect: random.chance(0.2) ? () => oddValue(random) : collect },
      random.below(50),
    ),
  );
  await Promise.all(exporters);
}

/** These load sources of the metrics server, and tests' parsers. */
const answers = (random, note) => require('./answers/answers').answers(random, note);
const files = (random, note) => require('./files/files').files(random, note);

module.exports = { collections, loggers, configurations, messages, workers, stops, ends, sums, answers, files };
