/** The demo that `npm start` runs, with a temporary folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { built, PROJECT } from '../support/built';
import { until } from '../support/until';

export interface Demo {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  /** Its folder for temporary files. */
  readonly folder: string;
}

export async function startDemo(t: ExecutionContext, ...args: string[]): Promise<Demo> {
  await built();
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
    // Where the demo was killed and its guard has failed, the test has: nothing of it may stay all the same.
    if (!t.passed) for (const pid of processesOf(folder)) process.kill(Number(pid), 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, output: () => output, ended, folder };
}

export async function assertNothingLeft(t: ExecutionContext, { folder }: Demo): Promise<void> {
  await until('the end of all its processes', () => (processesOf(folder).length === 0 ? true : undefined));
  t.deepEqual(readdirSync(folder), []);
}

/** Linux shows the environment of each process: all processes of the demo have its folder in TMPDIR. */
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
