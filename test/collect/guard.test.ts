import test from 'ava';
import type { DataPoint, HrTime, ResourceMetrics } from '../../core/otel';
import type { MetricsSource } from '../../src/collect/sources/source';
import { counter, histogram, point } from '../core/encoder/collections';
import { combine, counted, valuesOf } from './collecting';

const DELTA = 0;
const OWN_READER =
  'Give the exporter a reader of its own: Pm2MetricReader of @mashroom/mashroom-monitoring-pm2-exporter/opentelemetry, or one with cumulative temporality';

function data(...metrics: readonly object[]): ResourceMetrics {
  return { resource: { attributes: {} }, scopeMetrics: [{ scope: { name: 's' }, metrics: metrics as never }] };
}

function delta(name: string): object {
  return { ...counter(name, [point({}, 1)]), aggregationTemporality: DELTA };
}

test('metrics of delta temporality are left out and named once, and the others go on', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const { collect, log } = combine(() => data(counter('good', [point({}, 5)]), ...names.map(delta)));
  for (let i = 0; i < 3; i++) t.deepEqual(valuesOf(await collect()), [['good', 5]]);
  t.deepEqual(log, [
    `Metrics of "sources[0]" are not exported since they have delta temporality: "a", "b", "c", "d" and 2 more. Collecting them takes away what another exporter of the same reader should have. ${OWN_READER}`,
  ]);
});

test('a reader with deltas only is asked once, so that it takes nothing away from its owner', async (t) => {
  let calls = 0;
  const { collect } = combine(() => (calls++, calls === 1 ? data() : data(delta('a'))));
  await collect();
  for (let i = 0; i < 3; i++) {
    await t.throwsAsync(collect(), {
      message: `all metrics of "sources[0]" have delta temporality. Collecting them takes away what another exporter of the same reader should have, so it is not asked any more. ${OWN_READER}`,
    });
  }
  t.is(calls, 2);
});

test('a reader that takes the place of one with deltas is asked', async (t) => {
  let provider = { temporality: DELTA };
  const source: MetricsSource = {
    provider: () => provider,
    collect: (asked) => counted('a', 1, {}, (asked as typeof provider).temporality),
    collectNow: (asked) => counted('a', 2, {}, (asked as typeof provider).temporality),
  };
  const guarded = combine(source);
  await t.throwsAsync(guarded.collect());
  t.throws(() => guarded.source.collectNow?.(provider));
  provider = { temporality: 1 };
  t.deepEqual(valuesOf(await guarded.collect()), [['a', 1]]);
  t.deepEqual(valuesOf(guarded.source.collectNow?.(provider) as ResourceMetrics), [['a', 2]]);
});

test('among several sources one with deltas costs the others nothing', async (t) => {
  const { collect, log } = combine(
    () => counted('a', 1),
    () => counted('b', 1, {}, DELTA),
  );
  for (let i = 0; i < 3; i++) t.deepEqual(valuesOf(await collect()), [['a', 1]]);
  t.is(log.length, 1);
  t.regex(log[0] ?? '', /^Collecting the metrics of "sources\[1\]" does not work, .*: all metrics of .* have delta/);
});

test('what a function returns at once is checked at once, and what throws when it is waited for costs nothing else', async (t) => {
  const data = counted('a', 1);
  const { source } = combine(() => data);
  t.is(source.collect(source.provider()), data);
  const odd = Object.defineProperty({}, 'then', {
    get() {
      throw new Error('no');
    },
  });
  const { collect, log } = combine(
    () => odd,
    () => data,
  );
  t.deepEqual(valuesOf(await collect()), [['a', 1]]);
  t.regex(log[0] ?? '', /"sources\[0\]" does not work.*: no$/);
});

test('a source that accumulates keeps its deltas', async (t) => {
  const source: MetricsSource = { accumulates: true, provider: () => source, collect: () => data(delta('a')) };
  const { collect, log } = combine(source);
  t.deepEqual(valuesOf(await collect()), [['a', 1]]);
  t.deepEqual(log, []);
});

test('metrics that cannot be read cost no other metric', async (t) => {
  const bad = Object.defineProperty({}, 'aggregationTemporality', {
    get() {
      throw new Error('of no interest');
    },
  });
  const { collect } = combine(() => ({
    ...data(counter('good', [point({}, 5)]), bad, delta('a')),
  }));
  const [scope] = (await collect()).scopeMetrics;
  t.is(scope?.metrics.length, 2);
  t.is(scope?.metrics[1], bad as never);
});

const STARTS: readonly HrTime[] = [
  [1, 0],
  [2, 0],
];
const shared = { id: 1 };

for (const [of, metric] of [
  ['counters', (points: readonly DataPoint[]) => counter('c', points)],
  [
    'histograms',
    (points: readonly DataPoint[]) =>
      histogram(
        'c',
        points.map((one) => ({
          ...one,
          value: { count: one.value, buckets: { boundaries: [], counts: [one.value] } },
        })),
      ),
  ],
] as const) {
  test(`${of} that fall back again and again without a new start time are told once`, async (t) => {
    let calls = 0;
    const { collect, log } = combine(() => data(metric([point({ id: 1 }, ++calls % 2 === 0 ? 3 : 10 + calls)])));
    for (let i = 0; i < 20; i++) await collect();
    t.deepEqual(log, [
      `Counters of "sources[0]" fall back again and again without a new start time, such as "c" from 15 to 3. Something else takes numbers from the same reader, or they come from several places in turn: rates and sums are wrong. ${OWN_READER}`,
    ]);
  });
}

for (const [what, pointAt] of [
  ['counters that start anew', (i: number) => point(shared, i % 2, STARTS[i % 2])],
  ['series that change places', (i: number) => point({ id: i % 2 }, i % 2)],
  ['counters that are reset now and then', (i: number) => point(shared, i % 8)],
] as const) {
  test(`${what} are not told`, async (t) => {
    let calls = 0;
    const { collect, log } = combine(() => data(counter('c', [pointAt(calls++)])));
    for (let i = 0; i < 50; i++) await collect();
    t.deepEqual(log, []);
  });
}

test('gauges may fall', async (t) => {
  let calls = 0;
  const { collect, log } = combine(() => data({ ...counter('c', [point(shared, calls++ % 2)]), isMonotonic: false }));
  for (let i = 0; i < 10; i++) await collect();
  t.deepEqual(log, []);
});
