/**
 * A worker thread that could not be made ended the process: at a limit on processes, and under Node.js' permission model.
 * A limit does not bind root, so that the processes of these tests give up being root.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type * as fs from 'node:fs';
import type * as poolModule from '../../core/pool/worker-pool';
import type * as libraryModule from '../../src/index';
import { runInChild, type ChildOptions } from '../in-child/run';
import { metrics } from '../collect/running-collector';

const OUTSIDE = process.platform === 'linux' ? test.serial : test.serial.skip;

/** No account of the machine has this id, so its limit on processes counts those of this test only. */
const UID = 54_321;

/** A process that tells a number gets it as its limit on processes and threads. */
const onTold: NonNullable<ChildOptions['onTold']> = (value, child) => {
  if (typeof value !== 'number') return;
  execFileSync('prlimit', ['--pid', String(child.pid), `--nproc=${value}:`], {
    ...(process.getuid?.() === 0 && { uid: UID }),
  });
};

OUTSIDE('a thread that dies at the limit on processes is not replaced until the limit allows it', async (t) => {
  const worker = join(__dirname, '..', 'fixtures', 'workers', 'crashes.js');
  const ended = await runInChild(
    async ({ load, require, tell }, options) => {
      const { WorkerPool } = load('core/pool/worker-pool') as typeof poolModule;
      const { readFileSync } = require('node:fs') as typeof fs;
      if (process.getuid?.() === 0) process.setuid?.(54_321);
      const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      const limitBecomes = async (limit: number): Promise<void> => {
        tell(limit);
        const expected = new RegExp(`Max processes +${limit} `);
        while (!expected.test(readFileSync('/proc/self/limits', 'utf8'))) await sleep(20);
      };
      const said: unknown[] = [];
      const pool = new WorkerPool({ ...options, onTrouble: (trouble) => said.push(trouble) });
      const run = async (misbehave: boolean): Promise<string> => {
        const result = (await pool.submit({ misbehave })) as { ok: boolean; code?: string };
        return result.ok ? 'ok' : String(result.code);
      };
      const results = [await run(false)];
      await limitBecomes(1);
      // No time passes until the next attempt may be made, however long a busy machine takes.
      const { now } = performance;
      const time = now.call(performance);
      performance.now = () => time;
      // The second one waits behind the first, whose thread ends.
      results.push(...(await Promise.all([run(true), run(false)])), await run(false));
      await limitBecomes(2000);
      performance.now = now;
      let result: string;
      do {
        await sleep(200);
        result = await run(false);
      } while (result === 'WORKER_UNAVAILABLE');
      results.push(result);
      await pool.stop();
      tell({ results, said });
    },
    { threads: 1, maxMemoryMb: 64, timeoutMs: 60_000, worker },
    { onTold },
  );
  t.like(ended, { code: 0, signal: null, output: '' });
  const { results, said } = ended.told.at(-1) as { results: string[]; said: (string | null)[] };
  t.deepEqual(results, ['ok', 'WORKER_LOST', 'WORKER_UNAVAILABLE', 'WORKER_UNAVAILABLE', 'ok']);
  t.is(said.length, 2);
  t.regex(said[0] ?? '', /^a worker thread could not be started: EAGAIN .*ulimit -u.* in 1 s at the/);
  t.is(said[1], null);
});

OUTSIDE('an exporter that starts at the limit says so in one line, and the process runs on', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'exporter-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const ended = await runInChild(
    async ({ load, require, tell }, data) => {
      const { startPm2Exporter } = load('src/index') as typeof libraryModule;
      const { readFileSync } = require('node:fs') as typeof fs;
      if (process.getuid?.() === 0) process.setuid?.(54_321);
      const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      tell(1);
      while (!/Max processes +1 /.test(readFileSync('/proc/self/limits', 'utf8'))) await sleep(20);
      const lines: string[] = [];
      const note = (line: string): void => void lines.push(line);
      const logger = { debug: () => undefined, info: note, warn: note, error: note };
      const exporter = startPm2Exporter({ collect: () => data as never, intervalMs: 100, logger });
      const atOnce = lines.length;
      await sleep(1000);
      await exporter.stop();
      tell({ atOnce, lines });
    },
    metrics(5),
    { onTold, channel: true, env: { PM2_HOME: home, pm_id: '0' } },
  );
  t.like(ended, { code: 0, signal: null, output: '' });
  const { atOnce, lines } = ended.told.at(-1) as { atOnce: number; lines: string[] };
  t.is(lines.length, 1);
  t.is(atOnce, 1);
  t.regex(
    lines[0] ?? '',
    /^The metrics of this process are not exported until it is restarted: a worker thread could not be started: EAGAIN/,
  );
});

test('under the permission model the exporter is inactive, and one line says what to do', async (t) => {
  const told = await underPermissionModel(t);
  t.deepEqual(told, [
    false,
    [
      "The metrics of this process are not exported: Node.js' permission model is on and allows no worker threads. Start " +
        'the process with --allow-worker',
    ],
  ]);
});

test('under the permission model with worker threads it is active, and says why there are no probes', async (t) => {
  const [active, lines] = await underPermissionModel(t, '--allow-worker');
  t.true(active);
  t.deepEqual(
    lines.filter((line) => line.includes('@pm2/io')),
    [
      "The package @pm2/io cannot be used: pm2 monit shows no probes of the exporter. It opens Node.js' inspector, which " +
        'the permission model forbids. The cause:',
    ],
  );
});

/** @returns whether the exporter is active, and its lines */
async function underPermissionModel(t: ExecutionContext, ...flags: string[]): Promise<[boolean, string[]]> {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  const ended = await runInChild(
    async ({ load, tell }, data) => {
      const { startPm2Exporter } = load('src/index') as typeof libraryModule;
      const lines: string[] = [];
      const note = (line: string): void => void lines.push(line);
      const logger = { debug: note, info: note, warn: note, error: note };
      const exporter = startPm2Exporter({ collect: () => data as never, intervalMs: 100, logger });
      await new Promise((resolve) => setTimeout(resolve, 300));
      tell([exporter.active, lines]);
      await exporter.stop();
    },
    metrics(5),
    { channel: true, env: { pm_id: '0' }, execArgv: [flag, ...flags, '--allow-fs-read=*', '--no-warnings'] },
  );
  t.like(ended, { code: 0, signal: null, output: '' });
  return ended.told[0] as [boolean, string[]];
}
