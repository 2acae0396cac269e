/** What `npm start` runs: it shows what it promises, and leaves nothing behind however it ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { PROJECT } from '../support/mashroom';
import { until } from '../support/until';

interface Demo {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  /** Its folder for temporary files. */
  readonly folder: string;
}

function startDemo(t: ExecutionContext, ...args: string[]): Demo {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'demo-test-')));
  const child = spawn(process.execPath, [join(PROJECT, 'examples', 'demo.js'), ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  t.teardown(async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, output: () => output, ended, folder };
}

async function assertNothingLeft(t: ExecutionContext, { folder }: Demo): Promise<void> {
  await until('the end of all its processes', () => (processesOf(folder).length === 0 ? true : undefined));
  t.deepEqual(readdirSync(folder), []);
}

/** Linux tells the environment of processes: everything that the demo starts has its folder there. */
function processesOf(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(folder));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

test.serial('the demo shows probes and metrics, and ends by Ctrl-C', async (t) => {
  const demo = startDemo(t, '--series', '500');
  await until('the end of its report', () => (demo.output().includes('Ctrl-C ends it') ? true : undefined));
  t.regex(demo.output(), /mashroom_http_requests_total\[route=.*\] +\d+/);
  t.regex(demo.output(), /# TYPE target_info gauge/);
  const url = /Metrics: (http\S+)/.exec(demo.output())?.[1] ?? '';
  const text = await (await fetch(url)).text();
  t.true(text.split('\n').filter((line) => line.startsWith('shop_orders_total{')).length >= 500);
  demo.child.kill('SIGINT');
  t.is(await demo.ended, 0);
  await assertNothingLeft(t, demo);
});

for (const [when, delayMs] of [
  ['at once', 150],
  ['while PM2 starts', 700],
  ['while the servers start', 1800],
] as const) {
  test.serial(`ended ${when}, the demo leaves nothing behind`, async (t) => {
    const demo = startDemo(t);
    await sleep(delayMs);
    demo.child.kill('SIGTERM');
    await demo.ended;
    await assertNothingLeft(t, demo);
  });
}

test.serial('killed, the demo leaves nothing behind', async (t) => {
  const demo = startDemo(t);
  await sleep(2500);
  demo.child.kill('SIGKILL');
  await demo.ended;
  await assertNothingLeft(t, demo);
});

test.serial('the demo ends with the pipe that it reads from', async (t) => {
  const demo = startDemo(t);
  await sleep(2500);
  demo.child.stdin?.end();
  await demo.ended;
  await assertNothingLeft(t, demo);
});
