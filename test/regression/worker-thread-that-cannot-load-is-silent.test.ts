/** A worker thread that failed to load was a minute of silence, and then a line that did not name the cause. */
import type * as workerThreads from 'node:worker_threads';
import test from 'ava';
import type * as libraryModule from '../../src/index';
import { runAsInstance } from '../in-child/instance';

test('one line names the cause, and the threads are tried again with pauses', async (t) => {
  const ended = await runAsInstance(t, async ({ load, require, tell }, data) => {
    const threads = require('node:worker_threads') as { Worker: typeof workerThreads.Worker };
    const { Worker } = threads;
    let made = 0;
    threads.Worker = class extends Worker {
      constructor() {
        made++;
        super("throw new Error('Cannot find a module')", { eval: true });
      }
    };
    const { startPm2Exporter } = load('src/index') as typeof libraryModule;
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    const logger = { debug: () => undefined, info: note, warn: note, error: note };
    const exporter = startPm2Exporter({ collect: () => data as never, intervalMs: 100, logger });
    while (lines.length === 0) await sleep(20);
    await sleep(500);
    tell([exporter.active, made, lines]);
    await exporter.stop();
  });
  t.is(ended.code, 0, ended.output);
  const [active, made, lines] = ended.told[0] as [boolean, number, string[]];
  t.deepEqual([active, lines.length], [true, 1], lines.join('\n'));
  t.true(made <= 2, `${made}`);
  t.regex(
    lines[0] ?? '',
    /a worker thread could not be started: Cannot find a module\. The next attempt is made in 1 s/,
  );
});
