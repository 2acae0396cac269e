/** After six collections that never ended the exporter collected no more, and showed the last numbers as current ones. */
import test from 'ava';
import type * as libraryModule from '../../src/index';
import { metrics, startCollector } from '../collect/running-collector';
import { runAsInstance } from '../in-child/instance';
import { stillClock } from '../support/still-clock';

test.serial('a provider that hangs for ever is asked again for ever, after pauses that double', async (t) => {
  const clock = stillClock(t);
  let calls = 0;
  let works = false;
  const bench = startCollector(t, { collect: () => (++calls, works ? metrics() : new Promise(() => undefined)) });
  const seconds: number[] = [];
  for (let known = 0; clock.later < 1800_000; clock.later += 15_000) {
    await bench.ticks(2);
    if (calls > known) seconds.push(Math.round(clock.later / 1000));
    known = calls;
  }
  // Given up after 30, 60, 120, 240, 480 and 960 s.
  t.deepEqual(seconds, [0, 30, 90, 210, 450, 930]);
  t.deepEqual(
    bench.log.filter((line) => !line.startsWith('debug')),
    [
      'warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: the source of the metrics has not answered for 15 s. It is asked again after pauses that grow',
    ],
  );
  works = true;
  clock.later += 3600_000;
  await bench.more(2);
  t.is(bench.log.at(-1), 'info Collecting metrics works again');
});

test.serial('after a collection that never ended the next one counts', async (t) => {
  const clock = stillClock(t);
  let calls = 0;
  const bench = startCollector(t, { collect: () => (calls++ === 0 ? new Promise(() => undefined) : metrics()) });
  await bench.ticks(2);
  clock.later = 31_000;
  await bench.more(2);
  t.deepEqual(bench.log, [
    'warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: the source of the metrics has not answered for 15 s. It is asked again after pauses that grow',
    'info Collecting metrics works again',
  ]);
});

test.serial('a collection that hangs while its provider is missing is given up once', async (t) => {
  const clock = stillClock(t);
  let calls = 0;
  const provider = { collect: () => (calls++ === 0 ? new Promise(() => undefined) : metrics()) };
  const bench = startCollector(t, provider);
  await bench.ticks(2);
  bench.provider = undefined;
  clock.later = 31_000;
  await bench.ticks(5);
  bench.provider = provider;
  await bench.more(2);
  t.is(bench.log.at(-1), 'info Collecting metrics works again');
});

test.serial('meanwhile pm2 monit shows the age of the numbers', async (t) => {
  const ended = await runAsInstance(t, async ({ load, tell }, data) => {
    const { now } = performance;
    let later = 0;
    performance.now = () => now.call(performance) + later;
    const { startPm2Exporter } = load('src/index') as typeof libraryModule;
    const collect = () => (later === 0 ? data : new Promise(() => undefined)) as never;
    const exporter = startPm2Exporter({ collect, intervalMs: 100, mashroomMetrics: ['c'] });
    const { metricService } = (globalThis as Record<symbol, unknown>)[Symbol.for('@pm2/io')] as {
      metricService: { metrics: Map<string, { implementation: { val(): unknown } }> };
    };
    const becomes = async (name: string, least: number): Promise<void> => {
      while (!(Number(metricService.metrics.get(name)?.implementation.val()) >= least))
        await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await becomes('c', 1);
    later = 120_000;
    // In minutes.
    await becomes('age', 2);
    await becomes('c', 1);
    tell('shown');
    await exporter.stop();
  });
  t.deepEqual([ended.code, ended.told], [0, ['shown']], ended.output);
});

test.serial('a provider that hangs is waited for, and logged once', async (t) => {
  const clock = stillClock(t);
  let calls = 0;
  let answer: ((data: unknown) => void) | undefined;
  const bench = startCollector(t, {
    collect: () => (calls++ === 0 ? new Promise((resolve) => (answer = resolve)) : metrics()),
  });
  await bench.ticks(3);
  t.deepEqual(bench.log, []);
  clock.later = 20_000;
  await bench.lines(1);
  await bench.ticks(3);
  t.is(calls, 1);
  answer?.(metrics());
  await bench.more(1);
  t.deepEqual(bench.log, [
    'warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: the source of the metrics has not answered for 15 s. It is asked again after pauses that grow',
    'info Collecting metrics works again',
  ]);
});
