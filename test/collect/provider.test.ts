/** Providers of metrics that do not do what they should. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { collected, counter, point, read } from '../core/encoder/collections';
import { until } from '../support/until';
import { metrics, startCollector } from './running-collector';

for (const [does, collect] of [
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['rejects with what is no error', () => ({ then: (_: unknown, reject: (reason: string) => void) => reject('no') })],
  ['rejects', () => Promise.reject(new Error('no'))],
  ['answers undefined', () => undefined],
  ['answers a promise of null', () => Promise.resolve(null)],
  ['answers a string', () => 'metrics'],
  ['answers half a result', () => ({ resource: {} })],
] as [string, () => unknown][]) {
  test.serial(`a provider that ${does} costs one log line, and another one when it works again`, async (t) => {
    const bench = startCollector(t, { collect: () => metrics() });
    await bench.more(2);
    let calls = 0;
    bench.provider = {
      collect() {
        calls++;
        return collect();
      },
    };
    // A collection under way while the provider is replaced is given up, which is a debug line.
    const told = () => bench.log.filter((line) => !line.startsWith('debug '));
    await bench.lines(1);
    await until('a second call', () => (calls > 1 ? true : undefined));
    t.is(told().length, 1);
    t.regex(
      told()[0] as string,
      /^warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: (no|expected ResourceMetrics: .*)$/,
    );
    bench.provider = { collect: () => metrics(2) };
    await bench.more(2);
    t.deepEqual(told().slice(1), ['info Collecting metrics works again']);
  });
}

test.serial(
  'a collection that is encoded while its provider is replaced does not tell that the new one works',
  async (t) => {
    let batches = 0;
    const deltas = {
      ...counter('c', [point({}, 1)]),
      aggregationTemporality: 0,
      more: {
        count: 9,
        *read() {
          for (let i = 0; i < 9; i++) {
            // The interval ends while it is encoded.
            for (const end = performance.now() + 15; performance.now() < end;);
            batches++;
            bench.provider = thrower;
            yield { dataPoints: [point({ i }, 1)] };
          }
        },
      },
    };
    const thrower = {
      collect() {
        throw new Error('no');
      },
    };
    const bench = startCollector(t, { collect: () => collected(deltas).data });
    await bench.more(1);
    t.is(batches, 9);
    await bench.ticks(3);
    const told = bench.log.filter((line) => !line.startsWith('debug '));
    t.is(told.length, 1);
    t.regex(told[0] as string, /: no$/);
  },
);

test.serial('a missing provider is one log line, and it is found as soon as it is there', async (t) => {
  const bench = startCollector(t, undefined);
  await sleep(50);
  t.deepEqual(bench.log, [
    'warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: the service is missing',
  ]);
  bench.provider = { collect: () => metrics() };
  await bench.more(1);
  t.deepEqual(bench.log.slice(1), ['info Collecting metrics works again']);
});

test.serial(
  'a collection at a provider that was replaced is given up, and its late answer has no effect',
  async (t) => {
    let answer: ((data: unknown) => void) | undefined;
    const bench = startCollector(t, { collect: () => new Promise((resolve) => (answer = resolve)) });
    await sleep(50);
    t.is(bench.snapshots.length, 0);
    // A missing provider is no reason to give up: the answer may still come.
    bench.provider = undefined;
    await bench.lines(1);
    bench.provider = { collect: () => metrics(2) };
    await bench.more(1);
    answer?.(metrics(1));
    await bench.more(2);
    t.deepEqual([...new Set(bench.snapshots.map((snapshot) => read(snapshot).get('{}')?.[1]))], [2]);
    t.deepEqual(bench.log, [
      'warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: the service is missing',
      'debug The source of the metrics was replaced: the collection under way is given up',
      'info Collecting metrics works again',
    ]);
  },
);
