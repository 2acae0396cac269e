/** The pool in a process of its own: what its threads get from the process, and whether it keeps the process alive. */
import { join } from 'node:path';
import test from 'ava';
import type { TaskResult } from '../../../protocol/tasks';
import type * as poolModule from '../../../core/pool/worker-pool';
import { runInChild } from '../../in-child/run';

const FIXTURES = join(__dirname, '..', '..', 'fixtures');
const TELLS = join(FIXTURES, 'workers', 'tells.js');
const OPTIONS = { threads: 2, maxMemoryMb: 64, timeoutMs: 60_000, worker: TELLS };

test('a process with an idle pool comes to its end by itself', async (t) => {
  const ended = await runInChild(async ({ load, tell, threads }, options) => {
    const { WorkerPool } = load('core/pool/worker-pool') as typeof poolModule;
    const pool = new WorkerPool(options);
    const results = await Promise.all([0, 1].map(() => pool.submit({})));
    tell([results.map((result) => (result as TaskResult).ok), threads()]);
  }, OPTIONS);
  t.like(ended, { code: 0, told: [[[true, true], 2]], output: '' });
});

test('a process that ends while its threads are still being loaded ends all the same', async (t) => {
  const ended = await runInChild(({ load }, options) => {
    const { WorkerPool } = load('core/pool/worker-pool') as typeof poolModule;
    new WorkerPool(options);
  }, OPTIONS);
  t.like(ended, { code: 0, output: '' });
});

test('what a process preloads is not loaded into the threads, which otherwise have its environment', async (t) => {
  const preload = `--require=${join(FIXTURES, 'preload.js')}`;
  const ended = await runInChild(
    async ({ load, tell }, options) => {
      const { WorkerPool } = load('core/pool/worker-pool') as typeof poolModule;
      tell({ host: 'preloaded' in globalThis, thread: await new WorkerPool(options).submit({}) });
    },
    OPTIONS,
    { execArgv: [preload], env: { NODE_OPTIONS: preload, PM2_HOME: '/some/home' } },
  );
  t.deepEqual(ended.told, [{ host: true, thread: { ok: true, preloaded: false, home: '/some/home' } }]);
});
