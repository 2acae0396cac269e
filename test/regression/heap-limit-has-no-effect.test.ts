/** `workers.maxMemoryMb` in a process whose own heap limit Node.js takes for worker threads too. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as workerThreads from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import type * as libraryModule from '../../src/index';
import { metrics } from '../collect/running-collector';
import { runInChild } from '../in-child/run';

async function linesOf(t: ExecutionContext, execArgv: readonly string[], NODE_OPTIONS = ''): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'limit-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const env = { PM2_HOME: home, pm_id: '0', NODE_OPTIONS };
  const ended = await runInChild(
    async ({ load }, data) => {
      const { startPm2Exporter } = load('src/index') as typeof libraryModule;
      await startPm2Exporter({ collect: () => data as never, workers: { maxMemoryMb: 64 } }).stop();
    },
    metrics(1),
    { channel: true, env, execArgv },
  );
  t.is(ended.code, 0, ended.output);
  return ended.output;
}

test('the limit is said to have no effect, once, with the flag that is the cause', async (t) => {
  const line = (flag: string): string =>
    `[pm2-exporter] workers.maxMemoryMb (64) has no effect: this process has ${flag}, which Node.js takes as the heap ` +
    'limit of worker threads too. A worker thread may use as much\n';
  t.is(await linesOf(t, ['--max-old-space-size=700']), line('--max-old-space-size=700'));
  t.is(await linesOf(t, ['--max_old_space_size=700']), line('--max_old_space_size=700'));
  t.is(await linesOf(t, [], '--max-old-space-size=700'), line('--max-old-space-size=700'));
});

test('where it has an effect, nothing is said', async (t) => {
  t.is(await linesOf(t, ['--max-semi-space-size=16']), '');
});

test('the flag is what V8 goes by', async (t) => {
  const limits = await Promise.all(
    [[], ['--max-old-space-size=700']].map(async (execArgv) => {
      const ended = await runInChild(
        async ({ require, tell }) => {
          const { Worker } = require('node:worker_threads') as typeof workerThreads;
          const code =
            "require('worker_threads').parentPort.postMessage(require('v8').getHeapStatistics().heap_size_limit)";
          const options = { eval: true, env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 64 } };
          const limit = await new Promise((resolve) => new Worker(code, options).once('message', resolve));
          tell((limit as number) / 1024 ** 2);
        },
        undefined,
        { execArgv },
      );
      return ended.told[0] as number;
    }),
  );
  const [own, flagged] = limits as [number, number];
  t.true(own < 500 && flagged >= 700, limits.join());
});
