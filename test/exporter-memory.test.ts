/** The memory of a process does not grow by starts and stops, nor by churn of series. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ResourceMetrics } from '../core/otel';
import type { Snapshot } from '../core/snapshot';
import type * as sourceModule from '../src/collect/sources/source';
import type * as exporterModule from '../src/exporter';
import type * as poolModule from '../src/pool/exporter-pool';
import type * as encoderModule from '../core/encoder/encoder';
import { runInChild, type Host } from './in-child/run';

const CHURNING = join(__dirname, 'fixtures', 'churning.js');
type Churning = (step: number, names: readonly string[]) => ResourceMetrics;

/** Memory in use after garbage collection, in MiB, early and late. */
type Memory = readonly [early: number, late: number];

async function measure(t: ExecutionContext, work: (host: Host, churning: string) => unknown): Promise<Memory> {
  const home = mkdtempSync(join(tmpdir(), 'memory-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const env = { pm_id: '0', PM2_HOME: home };
  const ended = await runInChild(work, CHURNING, { channel: true, execArgv: ['--expose-gc'], env });
  t.like(ended, { code: 0, output: '' });
  return ended.told as unknown as Memory;
}

test('a hundred starts and stops leave no memory behind', async (t) => {
  const [early, late] = await measure(t, async ({ load, require, tell, usedMb }, churning) => {
    const { startExporter } = load('src/exporter') as typeof exporterModule;
    const { functionSource } = load('src/collect/sources/source') as typeof sourceModule;
    const logger = { ...console, warn: () => undefined, info: () => undefined, debug: () => undefined };
    // Each encoder holds about 200 KB for these metrics.
    const data = (require(churning) as Churning)(1, ['a', 'b', 'c', 'd']);
    // An exporter does not keep a process alive.
    const alive = setInterval(() => undefined, 1000);
    // The next exporter starts before the last one is stopped.
    const cycle = (): Promise<void> =>
      new Promise((resolve) => {
        const source = functionSource(() => {
          setTimeout(resolve, 10);
          setTimeout(() => void exporter.stop(), 20);
          return data;
        });
        const exporter = startExporter(source, { intervalMs: 1000 }, logger);
      });
    for (let i = 0; i < 20; i++) await cycle();
    tell(await usedMb());
    for (let i = 0; i < 100; i++) await cycle();
    tell(await usedMb());
    clearInterval(alive);
  });
  t.true(late - early < 5, `${early} MiB, ${late} MiB`);
});

test('churn of series, snapshot after snapshot, leaves no memory behind', async (t) => {
  const [early, late] = await measure(t, async ({ load, require, tell, usedMb }, churning) => {
    const { SnapshotEncoder } = load('core/encoder/encoder') as typeof encoderModule;
    const encoder = new SnapshotEncoder({ maxSeries: 1_000_000 });
    const live = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++) {
        const data = (require(churning) as Churning)(i, ['c', `d${i % 100}`]);
        await encoder.encode({ data, time: i, intervalMs: 1, collectMs: 0 });
      }
    };
    await live(0, 300);
    tell(await usedMb());
    await live(300, 1500);
    tell(await usedMb());
  });
  t.true(late - early < 5, `${early} MiB, ${late} MiB`);
});

test('a thread does not keep the shared memory of tasks long done, however idle it is', async (t) => {
  const [early, late] = await measure(t, async ({ load, locate, require, tell, usedMb }, churning) => {
    const { SnapshotEncoder } = load('core/encoder/encoder') as typeof encoderModule;
    const { ExporterPool } = load('src/pool/exporter-pool') as typeof poolModule;
    const worker = locate('workers/worker');
    const hold = () => () => undefined;
    const pool = new ExporterPool({ worker, threads: 1, maxMemoryMb: 256, timeoutMs: 60_000, hold });
    const compute = async (snapshot: Snapshot): Promise<void> => {
      const names = { known: [], room: 1000 };
      const look = { select: ['*'], counters: 'total', perMetric: 1000, aggregated: [], names } as const;
      const result = await pool.run({ kind: 'probes', snapshot, ...look });
      if (!result.ok) throw new Error(result.message);
    };
    // After large tasks a thread has a large heap, and does not collect garbage for a long time.
    const names = Array.from({ length: 200 }, (_, i) => `m${i}`);
    const data = (require(churning) as Churning)(0, names);
    const encoder = new SnapshotEncoder({ maxSeries: 1_000_000 });
    const { snapshot } = await encoder.encode({ data, time: 0, intervalMs: 1, collectMs: 0 });
    for (let i = 0; i < 5; i++) await compute(snapshot);
    tell(await usedMb());
    for (let generation = 2; generation < 500; generation++) {
      const values = new Float64Array(new SharedArrayBuffer(1 << 20));
      await compute({ ...snapshot, generation, scopes: [], values });
    }
    tell(await usedMb());
    await pool.stop();
  });
  // Of the 500 MiB of all tasks, only those since the thread has last collected garbage.
  t.true(late - early < 100, `${early} MiB, ${late} MiB`);
});
