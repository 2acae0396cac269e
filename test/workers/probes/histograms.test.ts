import test from 'ava';
import { mergeBuckets } from '../../../core/query/observed-histogram';
import { histogram, type FamilySpec, type SeriesSpec } from '../../support/snapshots';
import { compute, shown } from './computed';

const BOUNDS = [1, 2, 4];

const durations = (...series: SeriesSpec[]): FamilySpec => ({ name: 'd', type: 'HISTOGRAM', unit: 's', series });

test('a histogram shows quantiles in its unit, and its observations per second without a unit', (t) => {
  const series = { now: histogram(BOUNDS, [10, 0, 10, 0]), before: histogram(BOUNDS, [10, 0, 0, 0]) };
  t.deepEqual(compute({ families: [durations(series)] }).probes, [
    { name: 'd[p50]', value: 3, unit: 's' },
    { name: 'd[p95]', value: 3.9, unit: 's' },
    { name: 'd[p99]', value: 3.98, unit: 's' },
    { name: 'd[count/s]', value: 1 },
  ]);
});

test('quantiles have no more digits than say something', (t) => {
  const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
  const series = { now: histogram(bounds, [0, 3, 4, 0, 7, 3, 0]), before: histogram(bounds, [0, 0, 0, 0, 0, 0, 0]) };
  const values = shown({ families: [durations(series)], seconds: 7 });
  t.deepEqual(values, { 'd[p50]': 0.0607143, 'd[p95]': 0.2075, 'd[p99]': 0.2415, 'd[count/s]': 2.42857 });
});

test('a histogram shows the same in every counter mode, and labels come first', (t) => {
  const series = { attributes: { route: '/', code: 200 }, now: histogram([], [10]), before: histogram([], [0]) };
  for (const counters of ['total', 'delta', 'rate'] as const) {
    t.deepEqual(shown({ families: [durations(series)] }, { counters }), {
      'd[route=/,code=200,p50]': NaN,
      'd[route=/,code=200,p95]': NaN,
      'd[route=/,code=200,p99]': NaN,
      'd[route=/,code=200,count/s]': 1,
    });
  }
});

test('quantiles are of what was recorded since the previous snapshot, none where nothing was', (t) => {
  const same = histogram(BOUNDS, [5, 5, 5, 5]);
  t.deepEqual(shown({ families: [durations({ now: same, before: same })] }), {
    'd[p50]': NaN,
    'd[p95]': NaN,
    'd[p99]': NaN,
    'd[count/s]': 0,
  });
});

test('at first sight quantiles are of everything so far, and there is no rate', (t) => {
  const series = { now: histogram(BOUNDS, [0, 10, 0, 0]) };
  for (const seconds of [10, null]) {
    t.like(shown({ families: [durations(series)], seconds }), { 'd[p50]': 1.5, 'd[count/s]': NaN });
  }
});

const RESETS: Record<string, SeriesSpec> = {
  'the count drops': { now: histogram(BOUNDS, [0, 4, 0, 0]), before: histogram(BOUNDS, [0, 0, 0, 9]) },
  'one bucket drops': { now: histogram(BOUNDS, [0, 40, 0, 0]), before: histogram(BOUNDS, [0, 1, 1, 0]) },
  'the start is new': { now: histogram(BOUNDS, [0, 40, 0, 0], 2000), before: histogram(BOUNDS, [0, 1, 0, 0], 1000) },
};

for (const [sign, series] of Object.entries(RESETS)) {
  test(`where ${sign}, all has been recorded since a reset`, (t) => {
    const count = series.now?.numbers[1] ?? NaN;
    t.like(shown({ families: [durations(series)] }), { 'd[p50]': 1.5, 'd[count/s]': count / 10 });
  });
}

test('histograms of delta temporality are the change already', (t) => {
  const same = histogram(BOUNDS, [0, 10, 0, 0]);
  const families: FamilySpec[] = [{ ...durations({ now: same, before: same }), temporality: 'DELTA' }];
  t.like(shown({ families }), { 'd[p50]': 1.5, 'd[count/s]': 1 });
  t.like(shown({ families, seconds: null }), { 'd[p50]': 1.5, 'd[count/s]': NaN });
});

test('an instrument may name infinity among its bounds, and have fewer counts than bounds', (t) => {
  t.like(shown({ families: [durations({ now: histogram([1, 2, Infinity], [0, 2, 8, 0]) })] }), { 'd[p50]': 2 });
  t.like(shown({ families: [durations({ now: histogram([1, 2], [0, 10]) })] }), { 'd[p50]': 1.5 });
  t.like(shown({ families: [durations({ now: histogram([1, 2], []) })] }), { 'd[p50]': NaN });
});

test('the aggregate of histograms is of the observations of all series', (t) => {
  const series = [
    { now: histogram(BOUNDS, [10, 0, 0, 0]), before: histogram(BOUNDS, [0, 0, 0, 0]) },
    { now: histogram(BOUNDS, [9, 0, 10, 0]), before: histogram(BOUNDS, [9, 0, 0, 0]) },
    { now: histogram(BOUNDS, [0, 0, 0, 7]), before: histogram(BOUNDS, [0, 0, 0, 7]) },
  ];
  t.deepEqual(compute({ families: [durations(...series)], pageSeries: 2 }, { perMetric: 2 }), {
    ok: true,
    kind: 'probes',
    probes: [
      { name: 'd[p50]', value: 1, unit: 's' },
      { name: 'd[p95]', value: 3.8, unit: 's' },
      { name: 'd[p99]', value: 3.96, unit: 's' },
      { name: 'd[count/s]', value: 2 },
    ],
    leftOut: 0,
    aggregated: ['d'],
  });
});

test('where bounds differ, the aggregate keeps those that all of them have', (t) => {
  const series = [{ now: histogram([1, 2, 4], [0, 5, 0, 0]) }, { now: histogram([0.5, 2, 4, 8], [0, 0, 5, 0, 0]) }];
  t.like(shown({ families: [durations(...series)] }, { perMetric: 1 }), { 'd[p50]': 2, 'd[p99]': 3.96 });
});

test('bounds of series that recorded nothing lately do not count', (t) => {
  const idle = histogram([3], [5, 5]);
  const series = [{ now: histogram(BOUNDS, [0, 10, 0, 0]) }, { now: idle, before: idle }];
  t.like(shown({ families: [durations(...series)] }, { perMetric: 1 }), { 'd[p50]': 1.5 });
});

test('where no bound is shared, there is no quantile, but a rate', (t) => {
  const series = [
    { now: histogram([1], [5, 5]), before: histogram([1], [0, 0]) },
    { now: histogram([2], [5, 5]), before: histogram([2], [0, 0]) },
  ];
  t.like(shown({ families: [durations(...series)] }, { perMetric: 1 }), { 'd[p50]': NaN, 'd[count/s]': 2 });
});

test('merging keeps every count below every bound it keeps', (t) => {
  const merged = mergeBuckets([
    { bounds: [1, 2, 3, 4], counts: Float64Array.of(1, 2, 3, 4, 5) },
    { bounds: [0, 2, 4, 6], counts: Float64Array.of(10, 20, 30, 40, 50) },
  ]);
  t.deepEqual(merged, { bounds: [2, 4], counts: Float64Array.of(33, 37, 95) });
});
