import test from 'ava';
import { AggregationType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type { ExponentialHistogramValue } from '../../../core/otel';
import { exponential, type FamilySpec, type SeriesSpec } from '../../support/snapshots';
import { shown } from './computed';

const family = (...series: SeriesSpec[]): FamilySpec => ({ name: 'e', type: 'EXPONENTIAL_HISTOGRAM', series });
const empty = (scale: number) => exponential({ scale });
/** 2 to that power, rounded to the digits that probes show. */
const power = (exponent: number) => Number((2 ** exponent).toPrecision(6));

test('a quantile is interpolated on the logarithm within its bucket', (t) => {
  // Scale 0: bucket 2 is (4, 8].
  const now = exponential({ scale: 0, positive: [2, [10]] });
  const { 'e[p50]': p50, 'e[count/s]': rate } = shown({ families: [family({ now, before: empty(0) })] });
  t.is(p50, power(2.5));
  t.is(rate, 1);
});

test('the scale says how wide buckets are', (t) => {
  // Scale 1: base is the root of 2; scale -1: base is 4.
  t.like(shown({ families: [family({ now: exponential({ scale: 1, positive: [4, [8]] }) })] }), {
    'e[p50]': power(2.25),
  });
  t.like(shown({ families: [family({ now: exponential({ scale: -1, positive: [1, [8]] }) })] }), { 'e[p50]': 2 ** 3 });
});

test('below zero the axis is mirrored, in between is zero', (t) => {
  const now = exponential({ scale: 0, zero: 40, positive: [0, [30]], negative: [0, [29, 1]] });
  t.like(shown({ families: [family({ now })] }), { 'e[p50]': 0, 'e[p95]': power(25 / 30) });
  const below = exponential({ scale: 0, zero: 1, negative: [0, [49, 50]] });
  t.like(shown({ families: [family({ now: below })] }), { 'e[p50]': -2, 'e[p95]': -power(4 / 49), 'e[p99]': 0 });
});

test('quantiles are of what was recorded since the previous snapshot, whatever the offsets are', (t) => {
  const before = exponential({ scale: 0, zero: 3, positive: [3, [5, 5]] });
  const now = exponential({ scale: 0, zero: 3, positive: [1, [10, 0, 5, 5]] });
  t.like(shown({ families: [family({ now, before })] }), { 'e[p50]': power(1.5), 'e[count/s]': 1 });
  t.like(shown({ families: [family({ now, before: now })] }), { 'e[p50]': NaN, 'e[p99]': NaN, 'e[count/s]': 0 });
});

test('where the scale has changed, the finer one is made as coarse as the other', (t) => {
  const fine = exponential({ scale: 2, positive: [-5, [1, 1, 1, 1, 1, 1, 1, 1]] }); // indices -5 to 2
  const coarse = exponential({ scale: 0, positive: [-2, [1, 4, 13]] }); // -5 >> 2 is -2
  t.like(shown({ families: [family({ now: coarse, before: fine })] }), { 'e[p50]': power(0.5), 'e[count/s]': 1 });
});

test('at first sight quantiles are of everything so far, and there is no rate', (t) => {
  const now = exponential({ scale: 0, positive: [2, [10]] });
  for (const seconds of [10, null]) {
    t.like(shown({ families: [family({ now })], seconds }), { 'e[p50]': power(2.5), 'e[count/s]': NaN });
  }
});

const now = exponential({ scale: 0, positive: [2, [10]], start: 2000 });
const RESETS: Record<string, SeriesSpec> = {
  'the count drops': { now, before: exponential({ scale: 0, positive: [2, [11]], start: 2000 }) },
  'one bucket drops': { now, before: exponential({ scale: 0, positive: [1, [1]], start: 2000 }) },
  'the zero count drops': { now, before: exponential({ scale: 0, zero: 1, start: 2000 }) },
  'the start is new': { now, before: exponential({ scale: 0, positive: [2, [5]], start: 1000 }) },
};

for (const [sign, series] of Object.entries(RESETS)) {
  test(`where ${sign}, all has been recorded since a reset`, (t) => {
    t.like(shown({ families: [family(series)] }), { 'e[p50]': power(2.5), 'e[count/s]': 1 });
  });
}

test('the aggregate is of the observations of all series, at the lowest scale among them', (t) => {
  const series = [
    { now: exponential({ scale: 3, positive: [16, [25, 25]] }), before: empty(3) }, // (4, 8] at scale 0
    { now: exponential({ scale: 0, positive: [2, [50]] }), before: empty(20) },
    { now: exponential({ scale: 20, zero: 7 }), before: exponential({ scale: 20, zero: 7 }) },
  ];
  t.like(shown({ families: [family(...series)] }, { perMetric: 2 }), { 'e[p50]': power(2.5), 'e[count/s]': 10 });
});

test('an aggregate over many orders of magnitude stays bounded, at the cost of resolution', (t) => {
  const series = [-300, -10, 0, 10, 300].map((exponent) => ({
    now: exponential({ scale: 20, positive: [Math.floor(Math.log2(10 ** exponent) * 2 ** 20), [1]] }),
  }));
  const p50 = shown({ families: [family(...series)] }, { perMetric: 1 })['e[p50]'] ?? NaN;
  t.true(p50 > 0.1 && p50 < 10, `${p50}`);
});

test('the highest bucket of the lowest scale stays finite', (t) => {
  const wide = exponential({ scale: -10, positive: [0, [1]], negative: [0, [0]] });
  t.true(Number.isFinite(shown({ families: [family({ now: wide })] })['e[p99]']));
  const lowest = exponential({ scale: -11, positive: [-1, [1]] });
  t.true(Number.isFinite(shown({ families: [family({ now: lowest })] })['e[p99]']));
});

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

test("the SDK's own exponential histograms tell quantiles within a bucket's width", async (t) => {
  const reader = new Reader();
  const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 160 } } as const;
  const provider = new MeterProvider({ readers: [reader], views: [{ instrumentName: '*', aggregation }] });
  const instrument = provider.getMeter('test').createHistogram('e');
  const recorded = Array.from({ length: 1000 }, (_, i) => 1.01 ** i - 1);
  for (const value of recorded) instrument.record(value);
  const { resourceMetrics } = await reader.collect();
  await provider.shutdown();

  const value = resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.value as ExponentialHistogramValue;
  const spec = {
    scale: value.scale,
    zero: value.zeroCount,
    positive: [value.positive.offset, value.positive.bucketCounts],
  } as const;
  const probes = shown({ families: [family({ now: exponential(spec, 160) })] });
  const base = 2 ** (2 ** -value.scale);
  for (const [name, rank] of Object.entries({ 'e[p50]': 500, 'e[p95]': 950, 'e[p99]': 990 })) {
    const shownValue = probes[name] ?? NaN;
    const exact = recorded[rank - 1] ?? NaN;
    t.true(shownValue > exact / base && shownValue < exact * base * 1.01, `${name}: ${shownValue}, exactly ${exact}`);
  }
});
