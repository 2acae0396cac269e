'use strict';

/** A request for metrics through a real PM2 daemon: the snapshot form beside the ResourceMetrics form. */

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { createPm2Home } = require('../../scripts/lib/pm2-home');
const { timesLess } = require('../lib/rows');

const TARGET = 20;
const AGAINST = 'the ResourceMetrics form';
/** Smaller values cannot be distinguished from the daemon's idle load, so they count as this. */
const LEAST_MS = 0.1;
const PATIENCE_MS = 180_000;

module.exports = async function getMetrics({ quick, workload, emit }) {
  const plan = quick ? { tiny: [3, 200] } : { small: [8, 500], large: [8, 2000] };
  for (const [size, [count, intervalMs]] of Object.entries(plan)) {
    if (workload === undefined || workload === size) await measure({ size, count, intervalMs, emit });
  }
};

async function measure({ size, count, intervalMs, emit }) {
  const { answers } = await record({ size, count, intervalMs });
  const of = (form, what) =>
    answers.filter((answer) => answer.form === form).map((answer) => Math.max(answer[what], LEAST_MS));
  const target = size === 'large' ? { target: TARGET } : {};
  const sides = (what) => ({
    ours: of('snapshot', what),
    theirs: of('plain', what),
    unit: 'ms',
    against: AGAINST,
  });
  const row = { workload: size, variant: '1 %', ...target };
  emit(timesLess({ ...row, ...sides('ms'), name: 'getMetrics: until the answer is decoded' }));
  emit(timesLess({ ...row, ...sides('cpuMs'), name: "getMetrics: CPU of PM2's daemon" }));
}

async function record({ size, count, intervalMs }) {
  const pm2 = await createPm2Home();
  const end = () => void pm2.close().then(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
  try {
    const file = path.join(pm2.folder, 'answers.json');
    const env = {
      NODE_ENV: 'production',
      BENCH_FILE: file,
      BENCH_ROUNDS: String(count),
      BENCH_WORKLOAD: size,
      BENCH_INTERVAL_MS: String(intervalMs),
    };
    const app = (name) => ({ name, script: path.join(__dirname, `../apps/${name}.js`), exec_mode: 'fork', env });
    const ecosystem = path.join(pm2.folder, 'ecosystem.json');
    writeFileSync(ecosystem, JSON.stringify({ apps: [app('instance'), app('asker')] }));
    await pm2.command('start', ecosystem);
    const deadline = performance.now() + PATIENCE_MS;
    while (!existsSync(file)) {
      if (performance.now() > deadline) {
        const logs = await pm2.command('logs', '--nostream');
        throw new Error(`get-metrics: no results after ${PATIENCE_MS / 1000} s. Logs of PM2: ${logs}`);
      }
      await sleep(100);
    }
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeListener(signal, end);
    await pm2.close();
  }
}
