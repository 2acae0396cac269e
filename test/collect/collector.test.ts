import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { ResourceMetrics } from '../../core/otel';
import type * as collectorModule from '../../src/collect/collector';
import type * as sourceModule from '../../src/collect/sources/source';
import type * as encoderModule from '../../core/encoder/encoder';
import type * as stateLogModule from '../../core/state-log';
import { runInChild } from '../in-child/run';
import { collected, counter, point, series } from '../core/encoder/collections';
import { metrics, startCollector, type RunningCollector } from './running-collector';

/** Blocks the event loop. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test.serial(
  'the first collection begins at once, and no other one begins while a collection is under way',
  async (t) => {
    let running = 0;
    let most = 0;
    const bench = startCollector(t, {
      async collect() {
        most = Math.max(most, ++running);
        await sleep(60);
        running--;
        return metrics();
      },
    });
    await sleep(5);
    t.is(running, 1);
    await bench.more(4);
    t.is(most, 1);
    t.deepEqual(bench.snapshots.map(({ generation }) => generation).slice(0, 4), [1, 2, 3, 4]);
    t.deepEqual(bench.log, []);
  },
);

test.serial('what encoding takes counts as well: data points of deltas are made in it', async (t) => {
  const deltas = {
    ...counter('c', [point({}, 1)]),
    aggregationTemporality: 0,
    more: {
      count: 1,
      *read() {
        work(25);
        yield { dataPoints: [point({ id: 1 }, 1)] };
      },
    },
  };
  const bench = startCollector(t, { collect: () => collected(deltas).data }, { maxCollectLoad: 0.25 });
  // Of the first collection nothing was encoded before.
  const { stats } = await bench.more(7);
  t.true(stats.collectMs >= 25, `${stats.collectMs}`);
  t.true(stats.intervalMs >= 100, `${stats.intervalMs}`);
});

test.serial(
  'where collecting is costly the interval stretches, which is logged once, and shrinks when it is cheap',
  async (t) => {
    let costMs = 25;
    const bench = startCollector(
      t,
      {
        collect() {
          work(costMs);
          return metrics();
        },
      },
      { maxCollectLoad: 0.25 },
    );
    const { stats } = await bench.more(4);
    t.true(stats.collectMs >= 20, `${stats.collectMs}`);
    t.is(stats.intervalMs, Math.ceil(stats.collectMs / 0.25));
    costMs = 0;
    await bench.more(3);
    t.is(bench.snapshots.at(-1)?.stats.intervalMs, 10);
    costMs = 25;
    // More collections than are remembered: the cheapest one of these counts.
    await bench.more(7);
    t.true((bench.snapshots.at(-1)?.stats.intervalMs ?? 0) >= 80);
    t.is(bench.log.length, 1);
    t.regex(
      bench.log[0] as string,
      /^warn Metrics are collected every \d+ ms only: .* 0.25 of its time .* raise maxCollectLoad$/,
    );
  },
);

test.serial('series that are left out are logged once', async (t) => {
  const many = counter(
    'many',
    series(20).map((attributes) => point(attributes, 1)),
  );
  const bench = startCollector(t, { collect: () => metrics(1, many) }, { maxSeries: 10 });
  await bench.more(3);
  t.deepEqual(bench.log, [
    'warn 11 series are not exported: there are more than 10 (maxSeries). Use fewer attribute values, or raise maxSeries',
  ]);
  bench.provider = { collect: () => metrics(1, { descriptor: {} }) };
  await bench.more(3);
  t.deepEqual(bench.log.slice(1), ['warn Not all metrics are exported: a metric has no descriptor with a name']);
});

test.serial('a receiver of snapshots that throws is logged, and gets the next snapshot', async (t) => {
  const bench = startCollector(t, { collect: () => metrics() });
  bench.onSnapshot = () => {
    throw new Error('a defect');
  };
  await bench.more(3);
  bench.onSnapshot = () => undefined;
  await bench.lines(2);
  t.deepEqual(bench.log, [
    'warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: a defect',
    'info Collecting metrics works again',
  ]);
});

test.serial('a collection that ends after the stop has no effect, whatever it ends with', async (t) => {
  for (const end of [
    () => metrics(),
    () => undefined,
    () => {
      throw new Error('late');
    },
  ]) {
    let calls = 0;
    let finish: (() => void) | undefined;
    const bench = startCollector(t, {
      async collect() {
        calls++;
        await new Promise<void>((resolve) => (finish = resolve));
        return end();
      },
    });
    await sleep(30);
    bench.collector.stop();
    bench.collector.stop();
    finish?.();
    await sleep(100);
    t.is(calls, 1);
    t.deepEqual([bench.snapshots.length, bench.log.length], [0, 0]);
  }
});

test.serial('a snapshot that is being encoded at the stop is not handed out', async (t) => {
  const bench: RunningCollector = startCollector(t, {
    collect() {
      // The encoder yields to the event loop first, so this comes before it goes on.
      setImmediate(() => bench.collector.stop());
      return metrics();
    },
  });
  await sleep(100);
  t.is(bench.snapshots.length, 0);
});

test('neither collecting nor a provider that hangs keeps a process alive', async (t) => {
  for (const hangs of [false, true]) {
    const ended = await runInChild(
      async ({ load, tell }, [data, hang]) => {
        const { Collector } = load('src/collect/collector') as typeof collectorModule;
        const { functionSource } = load('src/collect/sources/source') as typeof sourceModule;
        const { SnapshotEncoder } = load('core/encoder/encoder') as typeof encoderModule;
        const { StateLog } = load('core/state-log') as typeof stateLogModule;
        const alive = setInterval(() => undefined, 1000);
        await new Promise<void>((resolve) => {
          const source = functionSource(() => {
            if (!hang) return data;
            resolve();
            return new Promise(() => undefined);
          });
          const options = { intervalMs: 10, maxCollectLoad: Infinity, maxSeries: 10 };
          const collector = new Collector({
            ...options,
            source,
            encoder: new SnapshotEncoder(options),
            logger: console,
            states: new StateLog(console),
            onSnapshot: ({ generation }) => {
              if (generation === 3) resolve();
            },
          });
          collector.start();
        });
        clearInterval(alive);
        tell('done');
      },
      [metrics() as ResourceMetrics, hangs] as const,
    );
    t.like(ended, { code: 0, told: ['done'], output: '' });
  }
});
