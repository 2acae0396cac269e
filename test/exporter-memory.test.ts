/** Neither starts and stops nor churn make a process grow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type * as sourceModule from '../src/collect/source';
import type * as exporterModule from '../src/exporter';
import type * as poolModule from '../src/pool/worker-pool';
import type * as encoderModule from '../src/snapshot/encoder';
import type * as buildModule from './snapshot/build';
import { runInChild, type Host } from './in-child/run';

/** What is left after garbage collection, in MiB, early and late. */
type Memory = readonly [early: number, late: number];

async function measure(t: ExecutionContext, work: (host: Host) => unknown): Promise<Memory> {
  const home = mkdtempSync(join(tmpdir(), 'memory-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const env = { pm_id: '0', PM2_HOME: home };
  const ended = await runInChild(work, undefined, { channel: true, execArgv: ['--expose-gc'], env });
  t.like(ended, { code: 0, output: '' });
  return ended.told as unknown as Memory;
}

test('a hundred starts and stops leave no memory behind', async (t) => {
  const [early, late] = await measure(t, async ({ load, tell, usedMb }) => {
    const { startExporter } = load('src/exporter') as typeof exporterModule;
    const { functionSource } = load('src/collect/source') as typeof sourceModule;
    const { collected, counter, point, series } = load('test/snapshot/build') as typeof buildModule;
    const logger = { ...console, warn: () => undefined, info: () => undefined, debug: () => undefined };
    // Each encoder holds some 200 KB of these.
    const { data } = collected(
      counter(
        'c',
        series(2000).map((attributes) => point(attributes, 1)),
      ),
    );
    const cycle = async (): Promise<void> => {
      await new Promise<void>((resolve) => {
        const source = functionSource(() => {
          setTimeout(resolve, 10);
          return data;
        });
        const exporter = startExporter(source, { intervalMs: 100 }, logger);
        setTimeout(() => void exporter.stop(), 20);
      });
    };
    for (let i = 0; i < 20; i++) await cycle();
    tell(await usedMb());
    for (let i = 0; i < 100; i++) await cycle();
    tell(await usedMb());
  });
  t.true(late - early < 5, `${early} MiB, ${late} MiB`);
});

test('churn of series, snapshot after snapshot, leaves no memory behind', async (t) => {
  const [early, late] = await measure(t, async ({ load, tell, usedMb }) => {
    const { SnapshotEncoder } = load('src/snapshot/encoder') as typeof encoderModule;
    const { WorkerPool } = load('src/pool/worker-pool') as typeof poolModule;
    const { collected, counter, point, series } = load('test/snapshot/build') as typeof buildModule;
    const encoder = new SnapshotEncoder({ maxSeries: 1_000_000 });
    const pool = new WorkerPool({ threads: 1, maxMemoryMb: 256, timeoutMs: 60_000 });
    const select = ['c'];
    const live = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++) {
        const points = series(500, i * 50).map((attributes) => point(attributes, i));
        const { snapshot } = await encoder.encode(collected(counter('c', points), counter(`d${i % 100}`, points)));
        if (i % 5 !== 0) continue;
        const release = encoder.hold(snapshot);
        const task = { kind: 'probes', snapshot, select, counters: 'delta', perMetric: 9, aggregated: [] } as const;
        const result = await pool.run(task);
        if (!result.ok) throw new Error(result.message);
        release();
      }
    };
    await live(0, 300);
    tell(await usedMb());
    await live(300, 1500);
    tell(await usedMb());
    await pool.stop();
  });
  // The thread may hold what it has not collected yet, as much as it takes to have it collect; it would be 90.
  t.true(late - early < 40, `${early} MiB, ${late} MiB`);
});
