import test from 'ava';
import type { Page } from '../../../core/snapshot';
import { computeProbes } from '../../../workers/probes/compute-probes';
import { histogram, scalar, snapshotOf, type FamilySpec } from '../../support/snapshots';
import { compute, shown, taskOf } from './computed';

const counter = (now: number, before?: number): FamilySpec => ({
  name: 'requests',
  type: 'SUM',
  series: [{ now: scalar(now), before: before === undefined ? undefined : scalar(before) }],
});

test('a series without attributes has the name of its metric', (t) => {
  t.deepEqual(compute({ families: [counter(7, 3)] }), {
    ok: true,
    kind: 'probes',
    probes: [{ name: 'requests', value: 7 }],
    leftOut: 0,
    aggregated: [],
  });
});

test('a name has the attributes in their own order, and values that are not strings as JSON text', (t) => {
  const attributes = { z: 'last first', a: 1, flag: true, list: ['x', 'y'], none: null, empty: '' };
  t.deepEqual(shown({ families: [{ name: 'm', type: 'GAUGE', series: [{ attributes, now: scalar(1) }] }] }), {
    'm[z=last first,a=1,flag=true,list=["x","y"],none=null,empty=]': 1,
  });
});

test('series are shown in the order of the data points, and absent ones not at all', (t) => {
  const series = ['a', 'b', 'c', 'd', 'e'].map((id, index) => ({
    attributes: { id },
    now: id === 'c' ? undefined : scalar(index),
    before: scalar(index),
  }));
  const spec = { families: [{ name: 'm', type: 'GAUGE' as const, series }], pageSeries: 2 };
  t.deepEqual(Object.entries(shown(spec)), [
    ['m[id=a]', 0],
    ['m[id=b]', 1],
    ['m[id=d]', 3],
    ['m[id=e]', 4],
  ]);
});

test('gauges and sums that may fall show their value in every mode', (t) => {
  for (const counters of ['total', 'delta', 'rate'] as const) {
    for (const family of [
      { name: 'm', type: 'GAUGE' as const, unit: 'By' },
      { name: 'm', type: 'SUM' as const, monotonic: false, unit: 'By' },
    ]) {
      const spec = { families: [{ ...family, series: [{ now: scalar(5), before: scalar(9) }] }] };
      t.deepEqual(compute(spec, { counters }).probes, [{ name: 'm', value: 5, unit: 'By' }]);
    }
  }
});

test('a counter shows its change, or that per second', (t) => {
  t.deepEqual(shown({ families: [counter(70, 30)] }, { counters: 'delta' }), { requests: 40 });
  t.deepEqual(shown({ families: [counter(70, 30)] }, { counters: 'rate' }), { requests: 4 });
  t.deepEqual(shown({ families: [counter(30, 30)] }, { counters: 'rate' }), { requests: 0 });
});

test('quotients show six digits, and counts all of their digits', (t) => {
  const families = [counter(1_234_567.891, 0.5)];
  t.deepEqual(shown({ families, seconds: 3 }, { counters: 'rate' }), { requests: 411_522 });
  t.deepEqual(shown({ families: [counter(1, 0)], seconds: 3 }, { counters: 'rate' }), { requests: 0.333333 });
  t.deepEqual(shown({ families }), { requests: 1_234_567.891 });
  const gauges = [1_000_000.25, 1, 1].map((value, id) => ({ attributes: { id }, now: scalar(value) }));
  const many = [{ name: 'g', type: 'GAUGE' as const, series: gauges }];
  t.deepEqual(shown({ families: many }, { perMetric: 2 }), { 'g[min]': 1, 'g[avg]': 333_334, 'g[max]': 1_000_000.25 });
});

test('a drop is a reset: the counter has counted from zero', (t) => {
  t.deepEqual(shown({ families: [counter(20, 30)] }, { counters: 'delta' }), { requests: 20 });
});

test('a new start time is a reset, even if the number is higher', (t) => {
  const series = [{ now: scalar(50, 2000), before: scalar(30, 1000) }];
  t.deepEqual(shown({ families: [{ name: 'm', type: 'SUM', series }] }, { counters: 'delta' }), { m: 50 });
});

test('at first sight a series has no change', (t) => {
  for (const counters of ['delta', 'rate'] as const) {
    t.deepEqual(shown({ families: [counter(50)] }, { counters }), { requests: NaN });
    t.deepEqual(shown({ families: [counter(50, 20)], seconds: null }, { counters }), { requests: NaN });
    t.deepEqual(shown({ families: [counter(50, 20)], previousLength: 0 }, { counters }), { requests: NaN });
    t.deepEqual(shown({ families: [counter(50, 20)], previousLength: 1 }, { counters }), { requests: NaN });
  }
});

test('data of delta temporality is the change already', (t) => {
  const families: FamilySpec[] = [{ ...counter(50, 20), temporality: 'DELTA' }];
  t.deepEqual(shown({ families }, { counters: 'total' }), { requests: 50 });
  t.deepEqual(shown({ families }, { counters: 'delta' }), { requests: 50 });
  t.deepEqual(shown({ families }, { counters: 'rate' }), { requests: 5 });
  t.deepEqual(shown({ families, seconds: null }, { counters: 'delta' }), { requests: 50 });
  t.deepEqual(shown({ families, seconds: null }, { counters: 'rate' }), { requests: NaN });
});

test('there is no rate over an interval of no length', (t) => {
  t.deepEqual(shown({ families: [counter(50, 20)], seconds: 0 }, { counters: 'rate' }), { requests: NaN });
});

test('NaN and infinite values show as they are', (t) => {
  const families = [NaN, Infinity, -Infinity].map((value) => ({
    name: `m${value}`,
    type: 'GAUGE' as const,
    series: [{ now: scalar(value) }],
  }));
  t.deepEqual(shown({ families }), { mNaN: NaN, mInfinity: Infinity, 'm-Infinity': -Infinity });
});

test('a probe has the unit of its metric, per second for rates, and none where the metric has none', (t) => {
  const unitOf = (unit: string | undefined, counters: 'total' | 'delta' | 'rate'): string | undefined =>
    compute({ families: [{ ...counter(2, 1), ...(unit === undefined ? {} : { unit }) }] }, { counters }).probes[0]
      ?.unit;
  t.is(unitOf('By', 'total'), 'By');
  t.is(unitOf('By', 'delta'), 'By');
  t.is(unitOf('By', 'rate'), 'By/s');
  for (const none of ['', '1', undefined]) {
    t.is(unitOf(none, 'total'), undefined);
    t.is(unitOf(none, 'rate'), '/s');
  }
});

const many = (count: number): FamilySpec['series'] =>
  Array.from({ length: count }, (_, i) => ({ attributes: { i }, now: scalar(i + 1), before: scalar(1) }));

test('a metric with more series than fit shows as its aggregate', (t) => {
  const families: FamilySpec[] = [
    { name: 'c', type: 'SUM', series: many(4), unit: 'By' },
    { name: 'u', type: 'SUM', monotonic: false, series: many(4) },
    { name: 'g', type: 'GAUGE', series: [...many(4), { attributes: { i: 'nan' }, now: scalar(NaN) }] },
    { name: 'few', type: 'GAUGE', series: many(3) },
  ];
  const total = compute({ families, pageSeries: 3 }, { perMetric: 3 });
  t.deepEqual(total.aggregated, ['c', 'u', 'g']);
  t.deepEqual(total.probes.slice(0, 6), [
    { name: 'c[sum]', value: 10, unit: 'By' },
    { name: 'u[sum]', value: 10 },
    { name: 'g[min]', value: 1 },
    { name: 'g[avg]', value: 2.5 },
    { name: 'g[max]', value: 4 },
    { name: 'few[i=0]', value: 1 },
  ]);
  t.like(shown({ families }, { perMetric: 3, counters: 'delta' }), { 'c[sum]': 6, 'u[sum]': 10 });
  t.like(shown({ families, seconds: 2 }, { perMetric: 3, counters: 'rate' }), { 'c[sum]': 3, 'u[sum]': 10 });
});

test('a metric that was shown as its aggregate stays one, whether or not it is present', (t) => {
  const result = compute({ families: [counter(7)] }, { aggregated: ['gone', 'requests'] });
  t.deepEqual(result.aggregated, ['gone', 'requests']);
  t.deepEqual(result.probes, [{ name: 'requests[sum]', value: 7 }]);
});

test('series of all scopes count as one metric', (t) => {
  const families: FamilySpec[] = [
    { name: 'g', type: 'GAUGE', series: many(2), scope: 'a', unit: 'By' },
    { name: 'g', type: 'GAUGE', series: many(3), scope: 'b', unit: 's' },
  ];
  t.is(compute({ families }, { perMetric: 5 }).probes.length, 3, 'the first two are the same in both scopes');
  const { probes } = compute({ families }, { perMetric: 4 });
  t.deepEqual(
    probes.map(({ name }) => name),
    ['g[min]', 'g[avg]', 'g[max]'],
  );
  t.deepEqual([...new Set(probes.map(({ unit }) => unit))], ['By']);
});

test('an aggregated change leaves out series at first sight', (t) => {
  const series = [...many(2), { attributes: { i: 'new' }, now: scalar(1000) }];
  const families: FamilySpec[] = [{ name: 'c', type: 'SUM', series }];
  t.deepEqual(shown({ families }, { perMetric: 1, counters: 'delta' }), { 'c[sum]': 1 });
  t.deepEqual(shown({ families, seconds: null }, { perMetric: 1, counters: 'delta' }), { 'c[sum]': NaN });
});

test('infinities of both signs have no sum, whatever follows', (t) => {
  const series = [Infinity, -Infinity, 1].map((value) => ({ now: scalar(value) }));
  t.deepEqual(shown({ families: [{ name: 'c', type: 'SUM', series }] }, { perMetric: 1 }), { 'c[sum]': NaN });
});

test('a name that comes twice is the sum of sums, and the first of gauges', (t) => {
  const twice = (type: 'SUM' | 'GAUGE'): FamilySpec[] => [
    { name: type, type, scope: 'a', series: [{ attributes: { x: 1 }, now: scalar(1) }] },
    { name: type, type, scope: 'b', series: [{ attributes: { x: '1' }, now: scalar(2) }, { now: scalar(NaN) }] },
  ];
  t.deepEqual(shown({ families: [...twice('SUM'), ...twice('GAUGE')] }), {
    'SUM[x=1]': 3,
    SUM: NaN,
    'GAUGE[x=1]': 1,
    GAUGE: NaN,
  });
});

test('attributes are read only of metrics that are shown series by series', (t) => {
  const families: FamilySpec[] = [
    { name: 'large', type: 'SUM', series: many(30) },
    { name: 'large_histogram', type: 'HISTOGRAM', series: many(30).map(() => ({ now: histogram([1], [1, 1]) })) },
    { name: 'small', type: 'SUM', series: many(3) },
    { name: 'unselected', type: 'SUM', series: many(3) },
  ];
  const read: number[] = [];
  const pages = {
    text: (page: Page, index: number): string => {
      read.push(page.id);
      return ['{}', '{"a":1}', '{"a":2}'][index] as string;
    },
  };
  const task = taskOf(snapshotOf({ families }), { select: ['large*', 'small'] });
  t.is(computeProbes(task, pages).probes.length, 1 + 4 + 3);
  t.deepEqual([...new Set(read)], [3]);
});

test('a metric that has no series at present shows nothing', (t) => {
  const series = [{ now: undefined, before: scalar(1) }];
  for (const aggregated of [[], ['g']]) {
    t.deepEqual(compute({ families: [{ name: 'g', type: 'GAUGE', series }] }, { aggregated }).probes, []);
  }
});

test('probes without room stay in the worker, and those whose names are in use come first', (t) => {
  const series = Array.from({ length: 20 }, (_, id) => ({ attributes: { id }, now: scalar(id) }));
  const families: FamilySpec[] = Array.from({ length: 30 }, (_, f) => ({ name: `m${f}`, type: 'GAUGE', series }));
  const names = { known: ['m29[id=19]', 'gone', 'm0[id=7]'], room: 3 };
  const { probes, leftOut } = compute({ families }, { names });
  const expected = ['m0[id=0]', 'm0[id=1]', 'm0[id=2]', 'm0[id=7]', 'm29[id=19]'];
  t.deepEqual(
    probes.map(({ name }) => name),
    expected,
  );
  t.is(leftOut, 600 - expected.length);
});
