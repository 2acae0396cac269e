'use strict';

/** A shop and the metrics server under a PM2 of their own. */
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { createPm2Home } = require('../../../scripts/lib/pm2-home');
const { freePort } = require('../../../scripts/lib/ports');

const root = path.join(__dirname, '..', '..', '..');
const PATIENCE_MS = 120_000;
/** PM2 counts restarts in quick succession, and gives up at this number. */
const MANY_RESTARTS = 10_000;

async function startCluster() {
  const home = await createPm2Home({ prefix: 'chaos-' });
  const control = path.join(home.folder, 'control');
  mkdirSync(control);
  const [shopPort, metricsPort] = [await freePort(), await freePort()];
  const common = { max_restarts: MANY_RESTARTS, cwd: root };
  const apps = [
    {
      ...common,
      name: 'shop',
      script: path.join(root, 'test', 'fixtures', 'apps', 'shop.js'),
      exec_mode: 'cluster',
      instances: 3,
      // On a busy machine a clean end takes its time. PM2 would kill the process.
      kill_timeout: 20_000,
      env: { PORT: String(shopPort), CONTROL_FOLDER: control, INTERVAL_MS: '100', PATIENT_END: '1' },
    },
    {
      ...common,
      name: 'metrics',
      script: path.join(root, 'server', 'dist', 'src', 'main.js'),
      exec_mode: 'fork',
      env: { PM2_METRICS_PORT: String(metricsPort) },
    },
  ];
  const file = path.join(home.folder, 'ecosystem.json');
  writeFileSync(file, JSON.stringify({ apps }));

  const list = async (name) => {
    const all = await home.call('getMonitorData');
    return all.filter((one) => name === undefined || one.name === name);
  };

  const cluster = {
    shopPort,
    metricsPort,
    list,
    /** Any process may have the daemon pass a message on to any other. */
    send: (packet) => home.call('sendDataToProcessId', packet),
    command: (...args) => home.command(...args),
    start: (name) => home.command('start', file, '--only', name),
    /** @returns the pids that were killed */
    async kill(name, random) {
      const [...running] = (await list(name)).filter(({ pid, pm2_env }) => pid > 0 && pm2_env.status === 'online');
      if (running.length === 0) return [];
      const { pid } = random.pick(running);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
      return [pid];
    },
    async killDaemon() {
      await home.command('save');
      const pid = Number(readFileSync(path.join(home.home, 'pm2.pid'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      await until('end of the daemon', () => !isAlive(pid));
      await home.command('resurrect');
    },
    async scale(count) {
      if ((await list('shop')).length !== count) await home.command('scale', 'shop', String(count));
    },
    /** @returns pids of the shop, once all its instances run */
    ready: () =>
      until('instances', async () => {
        const shop = await list('shop');
        const isReady = ({ pid, pm2_env }) =>
          pm2_env.status === 'online' && existsSync(path.join(control, `${pid}.sock`)) && isAlive(pid);
        return shop.length > 0 && shop.every(isReady) && shop.map(({ pid }) => pid);
      }),
    close: () => home.close(),
  };
  try {
    await home.command('start', file);
    await cluster.ready();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

/** @returns what `attempt` returns, as soon as that is truthy */
async function until(what, attempt) {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (let last; ;) {
    try {
      const result = await attempt();
      if (result) return result;
    } catch (error) {
      last = error;
    }
    if (performance.now() > giveUpAt) throw new Error(`No ${what} after ${PATIENCE_MS / 1000} s`, { cause: last });
    await sleep(50);
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

module.exports = { startCluster, until };
