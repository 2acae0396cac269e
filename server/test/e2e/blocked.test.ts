/** A process whose event loop does not turn, in fork mode and in cluster mode, as the metrics server shows it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../test/support/built';
import { askerApp } from '../../../test/support/mashroom';
import { startPm2, type Instance, type Pm2 } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';
import type { OverviewAnswer } from '../../protocol/overview';

const MODES = ['fork', 'cluster'] as const;

let pm2: Pm2;
let port: number;
let apps: Instance[];
let blocks = 0;

test.before(async () => {
  await built();
  pm2 = await startPm2(7);
  port = await freePort();
  const env = { EXPORTER: join(PROJECT, 'dist/src') };
  const script = join(PROJECT, 'test/fixtures/apps/blocks.js');
  await pm2.start(
    {
      ...{ name: 'metrics', script: METRICS_SERVER, exec_mode: 'fork', wait_ready: true, listen_timeout: 60_000 },
      env: { PM2_METRICS_PORT: String(port) },
    },
    ...MODES.map((exec_mode) => ({ name: exec_mode, script, exec_mode, env })),
    askerApp('plain'),
  );
  apps = (await Promise.all(MODES.map((mode) => pm2.ready(mode, 1)))).flat();
  await shows(({ up }) => up === 1);
});

test.after.always(() => pm2?.close());
test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

interface Shown {
  readonly up: number | undefined;
  readonly blocked: number | undefined;
  readonly ageSeconds: number | undefined;
  readonly counted: number | undefined;
  readonly sum: number | undefined;
}

/** @throws where the server has no numbers, as on a busy machine for a moment */
async function get(path: string, accept = 'text/plain'): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept } });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

async function shown({ name }: Instance): Promise<Shown> {
  const [all, cluster] = [await get('/metrics'), await get('/metrics/cluster')];
  const of = (text: string, metric: string): number | undefined => {
    const found = new RegExp(`^${metric}\\{[^}]*pm2_app="${name}"[^}]*\\} (\\S+)`, 'm').exec(text);
    return found === null ? undefined : Number(found[1]);
  };
  return {
    up: of(all, 'pm2_up'),
    blocked: of(all, 'pm2_event_loop_blocked_seconds'),
    ageSeconds: of(all, 'pm2_snapshot_age_seconds'),
    counted: of(all, 'counted_total'),
    sum: of(cluster, 'counted_total'),
  };
}

/** Waits until all apps are shown so. */
function shows(expected: (one: Shown) => boolean): Promise<Shown[]> {
  return until('what is shown', async () => {
    const all = await Promise.all(apps.map(shown));
    if (!all.every(expected)) throw new Error(JSON.stringify(all));
    return all;
  });
}

interface Described {
  readonly app: string;
  readonly why: string | null;
  readonly stack: string | null;
  readonly blockedSince: number | null;
}

/** All apps with an exporter, once each is described so. */
function described(why: RegExp): Promise<Described[]> {
  return until(`why: ${String(why)}`, async () => {
    const text = await get('/', 'application/json');
    const { processes } = JSON.parse(text) as { processes: Described[] };
    const exporting = processes.filter(({ app }) => app !== 'plain');
    if (exporting.length === apps.length && exporting.every((one) => why.test(one.why ?? ''))) return exporting;
    throw new Error(text);
  });
}

/** Waits until `top` shows the apps with an exporter so, and the one without it as it always is. */
async function showsInTop(status: string): Promise<void> {
  await until(`${status} in top`, async () => {
    const { processes } = JSON.parse(await get('/api/overview')) as OverviewAnswer;
    const all = processes.map((one) => `${one.app} ${one.status}`).sort();
    if (all.join() !== `cluster ${status},fork ${status},plain online`) throw new Error(all.join());
    return true;
  });
}

const linesOf = ({ name }: Instance): string[] =>
  pm2
    .logs(name)
    .split('\n')
    .filter((line) => line.includes('turns again'));

/** Blocks all apps. @returns what lets them go on */
async function block(how: 'block' | 'blockInNativeCode'): Promise<() => void> {
  const file = join(pm2.folder, `${how} no more, ${blocks++}`);
  await Promise.all(apps.map((app) => app.ask(how, file)));
  return () => writeFileSync(file, '');
}

async function showsBlocked(t: ExecutionContext, stack: RegExp): Promise<Shown[]> {
  const all = await shows(({ up, blocked }) => up === 0 && (blocked ?? 0) >= 2);
  for (const one of await described(/event loop has not turned for \d+ s/)) {
    t.regex(one.stack ?? '', stack, one.app);
    t.true((one.blockedSince ?? 0) > 0);
  }
  return all;
}

test.serial(
  'a blocked process is shown with its stack and its old numbers, and logs one line afterwards',
  async (t) => {
    t.timeout(300_000);
    for (const app of apps) await app.ask('count', 5);
    await shows(({ counted }) => counted === 5);
    const goOn = await block('block');
    for (const one of await showsBlocked(t, /theCause/)) {
      t.is(one.counted, 5);
      t.true((one.ageSeconds ?? 0) >= 1.5, JSON.stringify(one));
    }
    goOn();
    await shows(({ up, blocked }) => up === 1 && blocked === 0);
    for (const app of apps) {
      await until('a line', () => linesOf(app)[0]);
      t.is(linesOf(app).length, 1);
      t.regex(linesOf(app)[0] ?? '', /has not turned for \d+\.\d s.*There it was: at .*theCause/);
    }
  },
);

test.serial('a stopped process is unanswered, and nothing is claimed of its event loop', async (t) => {
  t.timeout(300_000);
  for (const { pid } of apps) process.kill(pid, 'SIGSTOP');
  await sleep(4000);
  for (const one of await shows(({ up }) => up === 0)) t.is(one.blocked, undefined);
  await described(/has not answered|left several requests/);
  await showsInTop('unanswered');
  for (const { pid } of apps) process.kill(pid, 'SIGCONT');
  await shows(({ up, blocked }) => up === 1 && blocked === 0);
  await showsInTop('online');
  for (const app of apps) t.is(linesOf(app).length, 1);
});

test.serial('a process that hangs in native code is told of, without a stack', async (t) => {
  t.timeout(300_000);
  const goOn = await block('blockInNativeCode');
  await showsBlocked(t, /native code/);
  goOn();
  await shows(({ up, blocked }) => up === 1 && blocked === 0);
});

test.serial('what a process has counted before it hangs is in the sums, though PM2 then kills it', async (t) => {
  t.timeout(300_000);
  const before = await shows(({ up, sum }) => up === 1 && sum !== undefined);
  for (const { ask } of apps) {
    await ask('count', 7);
    // One whole collection, and no scrape.
    const collections = await ask<number>('collections');
    await until('a collection', async () => (await ask<number>('collections')) > collections + 1 || undefined);
  }
  await block('block');
  await showsBlocked(t, /theCause/);
  for (const { id } of apps) await pm2.call('stopProcessId', id);
  const after = await shows(({ up, sum }) => up !== 1 && sum !== undefined);
  for (const [i, one] of after.entries()) {
    t.is(one.blocked, undefined);
    t.is(one.sum, before[i]!.sum! + 7);
  }
});
