/** One exporter per process, in processes that seem to be started by PM2. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type * as exporterModule from '../src/exporter';
import type * as libraryModule from '../src/index';
import type * as sourceModule from '../src/collect/sources/source';
import type { Exporter } from '../src/running';
import { runInChild, type Ended, type Host } from './in-child/run';
import { metrics } from './collect/running-collector';

interface Argument {
  readonly data: unknown;
}

function startChild(
  t: ExecutionContext,
  work: (host: Host, argument: Argument) => unknown,
  env: Readonly<Record<string, string>> = { pm_id: '0' },
): Promise<Ended> {
  // An empty folder: there is no daemon, and the exporter must not start one.
  const home = mkdtempSync(join(tmpdir(), 'exporter-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  return runInChild(work, { data: metrics(5) }, { channel: true, env: { PM2_HOME: home, ...env } });
}

test('a second exporter in a process takes the place of the first one, also of another module instance', async (t) => {
  const ended = await startChild(t, async ({ load, require, tell, threads }, { data }) => {
    const lines: string[] = [];
    const warn = (line: string): void => void lines.push(line.slice(0, 50));
    const logger = { ...console, warn, info: () => undefined, debug: () => undefined };
    const calls: string[] = [];
    const start = (name: string): Exporter => {
      const { startExporter } = load('src/exporter') as typeof exporterModule;
      const { functionSource } = load('src/collect/sources/source') as typeof sourceModule;
      return startExporter(
        functionSource(() => (calls.push(name), data)),
        { intervalMs: 100 },
        logger,
      );
    };
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const one = start('one');
    await sleep(150);
    const listeners = process.listenerCount('message');
    const other = start('other');
    tell([one.active, other.active, process.listenerCount('message') - listeners]);
    for (const path of Object.keys(require.cache))
      if (/[\\/]src[\\/]/.test(path)) Reflect.deleteProperty(require.cache, path);
    const fresh = start('fresh');
    tell([one.active, other.active, fresh.active, process.listenerCount('message') - listeners]);
    await Promise.all([one.stop(), other.stop()]);
    calls.length = 0;
    await sleep(400);
    tell([fresh.active, [...new Set(calls)], threads()]);
    await Promise.all([fresh.stop(), fresh.stop()]);
    tell([fresh.active, threads()]);
    const again = start('again');
    await again.stop();
    tell(lines);
  });
  t.deepEqual(ended.told, [
    [false, true, 0],
    [false, false, true, 0],
    [true, ['fresh'], 1],
    [false, 0],
    Array(2).fill('The PM2 exporter was started again in this process'),
  ]);
  t.like(ended, { code: 0, output: '' });
});

test('starting and stopping leaves threads, listeners and handles as they were', async (t) => {
  const ended = await startChild(t, async ({ load, tell, threads, lastingResources }, { data }) => {
    const { startExporter } = load('src/exporter') as typeof exporterModule;
    const { functionSource } = load('src/collect/sources/source') as typeof sourceModule;
    const logger = { ...console, warn: () => undefined, info: () => undefined, debug: () => undefined };
    const cycle = async (ms: number): Promise<void> => {
      const exporter = startExporter(
        functionSource(() => data),
        { intervalMs: 100 },
        logger,
      );
      await new Promise((resolve) => setTimeout(resolve, ms));
      await exporter.stop();
    };
    const state = async () => ({
      handles: await lastingResources(),
      threads: threads(),
      listeners: process.eventNames().map((event) => [String(event), process.listenerCount(event)]),
    });
    // tell() opens the output, which stays, as does the @pm2/io that the first start makes.
    process.stdout.write('');
    await cycle(200);
    tell(await state());
    for (let i = 0; i < 20; i++) await cycle(i * 10);
    tell(await state());
  });
  t.like(ended, { code: 0, output: '' });
  t.is((ended.told[0] as { threads: number }).threads, 0);
  t.deepEqual(ended.told[1], ended.told[0]);
});

test('outside PM2 nothing is started, and one line says so', async (t) => {
  const ended = await startChild(
    t,
    async ({ load, require, tell, threads }, { data }) => {
      const { startPm2Exporter } = load('src/index') as typeof libraryModule;
      const lines: string[] = [];
      const note = (line: string): void => void lines.push(line);
      const before = process.listenerCount('message');
      const logger = { debug: note, info: note, warn: note, error: note };
      const collect = (): never => {
        note('collected');
        return data as never;
      };
      const exporter = startPm2Exporter({ collect, intervalMs: 100, logger });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const loaded = Object.keys(require.cache).filter((path) => /node_modules[\\/](@pm2|pm2-axon)/.test(path));
      tell([exporter.active, lines, threads(), process.listenerCount('message') - before, loaded]);
      await exporter.stop();
    },
    { pm_id: '' },
  );
  t.like(ended, { code: 0, output: '' });
  t.deepEqual(ended.told, [
    [
      false,
      [
        'PM2 has not started this process (there is no pm_id), so its metrics are not exported. Start it with pm2 start',
      ],
      0,
      0,
      [],
    ],
  ]);
});

test('a problem in the configuration is logged with its key, and the exporter runs all the same', async (t) => {
  const ended = await startChild(t, async ({ load, tell }, { data }) => {
    const { startPm2Exporter } = load('src/index') as typeof libraryModule;
    const lines: string[] = [];
    const logger = { ...console, debug: () => undefined, warn: (line: string) => void lines.push(line) };
    let collected: ((value: unknown) => void) | undefined;
    const first = new Promise((resolve) => (collected = resolve));
    const collect = (): never => {
      collected?.(true);
      return data as never;
    };
    const wrong = { intervalMs: 'soon', probes: { max: -1 }, mashroomMetric: [], maxCollectLoad: null };
    const exporter = startPm2Exporter({ collect, logger, ...wrong } as never);
    tell([exporter.active, await first]);
    for (const line of lines) tell(line);
    await exporter.stop();
    try {
      startPm2Exporter({ ...wrong } as never);
    } catch (error) {
      tell(String(error));
    }
  });
  t.like(ended, { code: 0, output: '' });
  t.deepEqual(ended.told[0], [true, true]);
  for (const key of ['intervalMs', 'probes.max', 'mashroomMetric', 'maxCollectLoad']) {
    const about = ended.told.filter(
      (line) => String(line).startsWith('Configuration of ') && String(line).includes(key),
    );
    t.true(about.length >= 1, `${key} in ${JSON.stringify(ended.told)}`);
  }
  t.is(
    ended.told.at(-1),
    'TypeError: "collect" of startPm2Exporter() is undefined, expected a function that returns ResourceMetrics, unless there are "sources"',
  );
});
