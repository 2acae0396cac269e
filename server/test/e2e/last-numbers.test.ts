/** Every count of a process that ends cleanly is in the cluster's sums, under a real PM2. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../test/support/built';
import { startPm2, type App, type Instance, type Pm2 } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';

const SCRIPT = join(PROJECT, 'test/fixtures/apps/tallies.js');

let pm2: Pm2;
let port: number;
let stateFile: string;
/** By app: what the last scrape has shown. */
const shown = new Map<string, number>();
const dips: string[] = [];

test.before(async () => {
  await built();
  pm2 = await startPm2(7);
  port = await freePort();
  stateFile = join(pm2.folder, 'sums');
  const env = { PM2_METRICS_PORT: String(port), PM2_METRICS_STATE_FILE: stateFile };
  await pm2.start({
    name: 'metrics',
    script: METRICS_SERVER,
    exec_mode: 'fork',
    wait_ready: true,
    listen_timeout: 60_000,
    env,
  });
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs('metrics').slice(-6000));
});

test.after.always(() => pm2?.close());

/** The sums by app. What falls is noted. */
async function scrape(): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics/cluster`)).text();
  const sums = new Map<string, number>();
  for (const [, app = '', sum] of text.matchAll(/^counted_total\{.*pm2_app="([^"]*)".*\} (\d+)$/gm)) {
    sums.set(app, Number(sum));
    if (Number(sum) < (shown.get(app) ?? 0)) dips.push(`${app}: ${sum} after ${shown.get(app)}`);
    shown.set(app, Number(sum));
  }
  return sums;
}

/** What all processes of the app have counted. */
function tally(app: string): number {
  return statSync(join(pm2.folder, 'control', `${app}.tally`), { throwIfNoEntry: false })?.size ?? 0;
}

async function hasAll(...apps: readonly string[]): Promise<void> {
  const missing = async (): Promise<string[]> => {
    const sums = await scrape();
    return apps.filter((app) => sums.get(app) !== tally(app)).map((app) => `${app}: ${sums.get(app)} of ${tally(app)}`);
  };
  await until('all counts', async () => {
    const [first] = await missing();
    if (first !== undefined) throw new Error(first);
    return true;
  });
}

const app = (name: string, more: Partial<App> = {}): App => ({
  name,
  script: SCRIPT,
  exec_mode: 'cluster',
  // What PM2 kills sends nothing.
  kill_timeout: 60_000,
  ...more,
});

/** Waits until processes have been asked: before, they do not know the server. */
async function asked(instances: readonly Instance[]): Promise<void> {
  for (const { ask } of instances) {
    await until('a request', async () => (await ask<number>('requests')) > 0 || undefined);
  }
}

/** PM2 reloads one app at a time. */
let reloading: Promise<unknown> = Promise.resolve();

function reload(name: string): Promise<unknown> {
  reloading = reloading.then(() => pm2.reload(name));
  return reloading;
}

const WAYS: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
  reload,
  restart: (name) => pm2.restart(name),
  scale: (name) => pm2.scale(name, 1),
  delete: (name) => pm2.delete(name),
  async stop(name) {
    for (const { id } of await pm2.list(name)) await pm2.call('stopProcessId', id);
  },
};

test.serial('what was counted right before a reload, restart, stop, scaling or deletion counts', async (t) => {
  t.timeout(600_000);
  const apps = (['fork', 'cluster'] as const).flatMap((exec_mode) =>
    Object.keys(WAYS).map((way) => ({ exec_mode, way, name: `${exec_mode}-${way}` })),
  );
  const names = apps.map(({ name }) => name);
  await pm2.start(...apps.map(({ exec_mode, name }) => app(name, { exec_mode, instances: 2 })));
  for (const name of names) for (const one of await pm2.ready(name, 2)) await one.ask('count', 1);
  await hasAll(...names);
  // All of it within one interval between two scrapes.
  await Promise.all(
    apps.map(async ({ name, way }) => {
      for (const one of await pm2.ready(name, 2)) await one.ask('count', 300);
      await WAYS[way]!(name);
    }),
  );
  await hasAll(...names);
  for (const name of names) t.is(tally(name), 602, name);
  t.deepEqual(dips, []);
  for (const name of names) await pm2.delete(name).catch(() => undefined);
});

test.serial('two reloads between two scrapes lose nothing of apps that count all the time', async (t) => {
  t.timeout(600_000);
  const load = { instances: 2, env: { LOAD: '1', LATE: '1' } };
  const ready = { wait_ready: true, listen_timeout: 60_000 };
  await pm2.start(
    app('busy', load),
    app('busy-ready', { ...load, ...ready }),
    app('busy-slow', { ...ready, instances: 1, env: { ...load.env, START_MS: '8000' } }),
    app('busy-fork', { ...load, exec_mode: 'fork' }),
  );
  const names = ['busy', 'busy-ready', 'busy-slow', 'busy-fork'];
  const instancesOf = (name: string) => pm2.ready(name, name === 'busy-slow' ? 1 : 2);
  for (const name of names) await instancesOf(name);
  await until('a sum of each', async () => {
    const sums = await scrape();
    return names.every((name) => (sums.get(name) ?? 0) > 0) || undefined;
  });
  const before = names.map(tally);
  for (const name of [...names, ...names]) {
    await asked(await instancesOf(name));
    await reload(name);
  }
  for (const [i, name] of names.entries()) t.true(tally(name) > before[i]! + 100, name);
  await scrape();
  for (const name of names) await asked(await instancesOf(name));
  for (const name of names) for (const { id } of await pm2.list(name)) await pm2.call('stopProcessId', id);
  await hasAll(...names);
  t.deepEqual(dips, []);
  for (const name of names) await pm2.delete(name);
});

test.serial(
  'a run between two scrapes counts, and so does an exporter that is stopped within its process',
  async (t) => {
    t.timeout(600_000);
    await pm2.start(app('brief', { exec_mode: 'fork' }), app('anew', { exec_mode: 'fork' }));
    const [brief] = await pm2.ready('brief', 1);
    const [anew] = await pm2.ready('anew', 1);
    await asked([brief!, anew!]);
    await brief!.ask('count', 5);
    await anew!.ask('count', 5);
    await anew!.ask('restartExporter');
    await anew!.ask('count', 2);
    await brief!.ask('end');
    await hasAll('brief', 'anew');
    await anew!.ask('count', 1);
    await hasAll('anew');
    t.deepEqual([tally('brief'), tally('anew'), ...dips], [5, 8]);
    await pm2.delete('brief');
  },
);

test.serial('a metrics server that is killed before the next scrape has what had come', async (t) => {
  t.timeout(600_000);
  await pm2.start(app('kept'));
  const [kept] = await pm2.ready('kept', 1);
  await kept!.ask('count', 4);
  await hasAll('kept');
  const size = statSync(stateFile).size;
  await kept!.ask('count', 600);
  await pm2.call('stopProcessId', kept!.id);
  await until('a record', () => statSync(stateFile).size > size || undefined);
  const [server] = await pm2.list('metrics');
  process.kill(server!.pid, 'SIGKILL');
  await hasAll('kept');
  t.is(tally('kept'), 604);
  t.deepEqual(dips, []);
});

test.serial('a metrics server that has just started has the last numbers of older processes', async (t) => {
  t.timeout(600_000);
  await pm2.start(app('older'));
  const [older] = await pm2.ready('older', 1);
  await older!.ask('count', 1);
  await hasAll('older');
  await pm2.stop('metrics');
  const before = await older!.ask<number>('requests');
  await pm2.restart('metrics');
  await until('a request', async () => (await older!.ask<number>('requests')) > before || undefined);
  await older!.ask('count', 7);
  await pm2.call('stopProcessId', older!.id);
  await hasAll('older');
  t.is(tally('older'), 8);
  t.deepEqual(dips, []);
});
