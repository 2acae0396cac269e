import test from 'ava';
import { withPrevious } from '../../../core/query/compared';
import { Queries } from '../../../core/query/evaluate';
import type { Query, QueryResult } from '../../../core/query/query';
import {
  exponential,
  histogram,
  scalar,
  snapshotOf,
  summary,
  type FamilySpec,
  type SeriesSpec,
  type SnapshotSpec,
} from '../../support/snapshots';

const evaluate = (spec: SnapshotSpec, query: Query): QueryResult =>
  new Queries().evaluate(query, [withPrevious(snapshotOf(spec))]);
const rows = (spec: SnapshotSpec, query: Query) =>
  Object.fromEntries(evaluate(spec, query).rows.map(({ labels, value }) => [labels.join(), value]));

const counted = (attributes: Record<string, unknown>, before: number | undefined, now: number): SeriesSpec => ({
  attributes,
  now: scalar(now),
  before: before === undefined ? undefined : scalar(before),
});
const requests: FamilySpec = {
  name: 'requests',
  type: 'SUM',
  unit: '{request}',
  series: [
    counted({ route: '/a', status: 200 }, 10, 40),
    counted({ route: '/a', status: 500 }, 1, 3),
    counted({ route: '/b', status: 200 }, 100, 200),
    counted({ route: '/c', status: '503' }, 0, 10),
    counted({ status: 200 }, 5, 10),
  ],
};

test('series are added up by the values of attributes, the largest first', (t) => {
  const result = evaluate({ families: [requests] }, { metric: 'requests', by: ['route'], as: 'rate' });
  t.deepEqual(result, {
    found: true,
    unit: '{request}/s',
    rows: [
      { labels: ['/b'], value: 10 },
      { labels: ['/a'], value: 3.2 },
      { labels: ['/c'], value: 1 },
      { labels: [''], value: 0.5 },
    ],
    other: undefined,
  });
});

test('without by there is one row', (t) => {
  t.deepEqual(rows({ families: [requests] }, { metric: 'requests', as: 'total' }), { '': 263 });
  t.deepEqual(rows({ families: [requests] }, { metric: 'requests', as: 'delta' }), { '': 147 });
});

test('where compares texts with globs, and a series without the attribute does not match', (t) => {
  const query: Query = { metric: 'requests', by: ['route'], where: { status: '5*' }, as: 'delta' };
  t.deepEqual(rows({ families: [requests] }, query), { '/c': 10, '/a': 2 });
  t.deepEqual(rows({ families: [requests] }, { ...query, where: { route: '*', status: '200' } }), {
    '/b': 100,
    '/a': 30,
  });
  const nothing = evaluate({ families: [requests] }, { ...query, where: { toString: '*' } });
  t.deepEqual(nothing, { found: false, unit: undefined, rows: [], other: undefined });
});

test('what is below the top is added up in other', (t) => {
  const query: Query = { metric: 'requests', by: ['route'], as: 'delta', top: 2 };
  const { rows, other } = evaluate({ families: [requests] }, query);
  t.deepEqual(
    rows.map(({ labels }) => labels[0]),
    ['/b', '/a'],
  );
  t.is(other, 15);
});

test('rows that are kept stay in place of others as long as they are among the largest', (t) => {
  const series = [9, 8, 7, 6, 5, 4].map((n) => counted({ n }, 0, n));
  const families: FamilySpec[] = [{ name: 'c', type: 'SUM', series }];
  const kept = (...keep: string[]) =>
    evaluate({ families }, { metric: 'c', by: ['n'], as: 'delta', top: 2, keep: keep.map((label) => [label]) });
  const labels = (...keep: string[]) => kept(...keep).rows.map((row) => row.labels[0]);
  t.deepEqual(labels(), ['9', '8']);
  t.deepEqual(labels('7'), ['9', '7']);
  t.deepEqual(labels('6', '8'), ['8', '6']);
  t.deepEqual(labels('6', '7', '8'), ['8', '7']);
  t.deepEqual(labels('5', 'gone'), ['9', '8']);
  t.is(kept('6', '7').other, 39 - 13);
});

test('other is the quantile of all observations of the rows that are left out', (t) => {
  const bounds = [1, 2, 4];
  const series = [
    [0, 0, 10, 0],
    [6, 0, 0, 0],
    [0, 4, 0, 0],
  ].map((counts, i) => ({
    attributes: { i },
    now: histogram(bounds, counts),
    before: histogram(bounds, [0, 0, 0, 0]),
  }));
  const families: FamilySpec[] = [{ name: 'd', type: 'HISTOGRAM', unit: 's', series }];
  const { rows, other } = evaluate({ families }, { metric: 'd', by: ['i'], as: 'p80', top: 1 });
  t.deepEqual(rows, [{ labels: ['0'], value: 3.6 }]);
  t.is(other, 1.5);
});

test('a metric can be a glob, and all scopes count', (t) => {
  const families: FamilySpec[] = ['one', 'two'].map((scope) => ({ ...requests, scope }));
  t.deepEqual(rows({ families }, { metric: 'req*', as: 'total' }), { '': 526 });
  t.false(evaluate({ families }, { metric: 'request', as: 'total' }).found);
});

test('counters that start again count from zero', (t) => {
  const series = [
    { attributes: { how: 'drop' }, now: scalar(4), before: scalar(100) },
    { attributes: { how: 'start' }, now: scalar(150, 2), before: scalar(100, 1) },
  ];
  const families: FamilySpec[] = [{ name: 'c', type: 'SUM', series }];
  t.deepEqual(rows({ families }, { metric: 'c', by: ['how'], as: 'delta' }), { drop: 4, start: 150 });
});

test('a series that began in the interval counts from zero, and one of unknown age not at all', (t) => {
  const atEnd = 1_700_000_099_000_000;
  const series = [
    { attributes: { age: 'new' }, now: scalar(4, atEnd), before: undefined },
    { attributes: { age: 'unknown' }, now: scalar(150), before: undefined },
  ];
  const families: FamilySpec[] = [{ name: 'c', type: 'SUM', series }];
  t.deepEqual(rows({ families }, { metric: 'c', by: ['age'], as: 'delta' }), { new: 4, unknown: NaN });
});

test('gauges and sums that go both ways may drop', (t) => {
  const series = [{ now: scalar(4), before: scalar(100) }];
  for (const family of [
    { name: 'g', type: 'GAUGE', series },
    { name: 'g', type: 'SUM', monotonic: false, series },
  ] as const) {
    t.deepEqual(rows({ families: [family] }, { metric: 'g', as: 'rate' }), { '': -9.6 });
  }
});

test('of scalars there are mean and extremes over series, and no quantile', (t) => {
  const value = (as: Query['as']) => rows({ families: [requests] }, { metric: 'requests', as })[''];
  t.is(value('avg'), 52.6);
  t.is(value('min'), 3);
  t.is(value('max'), 200);
  t.is(value('p50'), NaN);
});

test('of observations there are count, mean, extremes and quantiles of the interval', (t) => {
  const moments = { sum: 70, min: 0.5, max: 3.5 };
  const explicit = {
    now: histogram([1, 2, 4], [10, 0, 10, 0], undefined, moments),
    before: histogram([1, 2, 4], [10, 0, 0, 0], undefined, { sum: 40 }),
  };
  const native = {
    now: exponential({ scale: 0, positive: [2, [10]], moments }),
    before: exponential({ scale: 0, moments: { sum: 40 } }),
  };
  const families: FamilySpec[] = [
    { name: 'h', type: 'HISTOGRAM', unit: 's', series: [explicit] },
    { name: 'e', type: 'EXPONENTIAL_HISTOGRAM', unit: 's', series: [native] },
  ];
  for (const [metric, total, p50] of [
    ['h', 20, 3],
    ['e', 10, 2 ** 2.5],
  ] as const) {
    const value = (as: Query['as']) => rows({ families }, { metric, as })[''];
    t.is(value('total'), total);
    t.is(value('delta'), 10);
    t.is(value('rate'), 1);
    t.is(value('avg'), 3);
    t.is(value('min'), 0.5);
    t.is(value('max'), 3.5);
    t.is(value('p50'), p50);
    t.is(evaluate({ families }, { metric, as: 'p50' }).unit, 's');
    t.is(evaluate({ families }, { metric, as: 'rate' }).unit, '/s');
    t.is(evaluate({ families }, { metric, as: 'delta' }).unit, undefined);
  }
});

test('of summaries there are count and mean', (t) => {
  const series = [{ now: summary([0.5], [10, 30, 2]), before: summary([0.5], [5, 10, 2]) }];
  const families: FamilySpec[] = [{ name: 's', type: 'SUMMARY', series }];
  const value = (as: Query['as']) => rows({ families }, { metric: 's', as })[''];
  t.is(value('total'), 10);
  t.is(value('rate'), 0.5);
  t.is(value('avg'), 4);
  t.is(value('p50'), NaN);
  t.is(value('max'), NaN);
});

test('without a snapshot before nothing is known of changes', (t) => {
  const families: FamilySpec[] = [
    requests,
    { name: 'd', type: 'HISTOGRAM', series: [{ now: histogram([1, 2], [4, 4, 4]) }] },
  ];
  for (const [metric, as] of [
    ['requests', 'rate'],
    ['requests', 'delta'],
    ['d', 'p95'],
    ['d', 'avg'],
    ['d', 'rate'],
  ] as const) {
    t.deepEqual(rows({ families, seconds: null }, { metric, as }), { '': NaN }, `${metric} ${as}`);
  }
});

test('rows without a number stand last', (t) => {
  const family = { ...requests, series: [counted({ route: '/new' }, undefined, 5), ...requests.series] };
  const query: Query = { metric: 'requests', by: ['route'], as: 'rate', top: 4 };
  const { rows, other } = evaluate({ families: [family] }, query);
  t.deepEqual(
    rows.map(({ labels }) => labels[0]),
    ['/b', '/a', '/c', ''],
  );
  t.is(other, NaN);
});

test('several snapshots are evaluated together, or each has rows of its own', (t) => {
  const compared = [1, 2].map(() => withPrevious(snapshotOf({ families: [requests] })));
  const queries = new Queries();
  const query: Query = { metric: 'requests', where: { route: '/a' }, as: 'delta' };
  t.deepEqual(queries.evaluate(query, compared).rows, [{ labels: [], value: 64 }]);
  const named = compared.map((one, i) => ({ ...one, label: `run ${i}` }));
  t.deepEqual(queries.evaluate({ ...query, by: ['status'], top: 3 }, named), {
    found: true,
    unit: '{request}',
    rows: [
      { labels: ['run 0', '200'], value: 30 },
      { labels: ['run 1', '200'], value: 30 },
      { labels: ['run 0', '500'], value: 2 },
    ],
    other: 2,
  });
});

test('a statistic that is none is an error', (t) => {
  for (const as of ['p101', 'median', 'p', 'p1e1'] as Query['as'][]) {
    t.throws(() => evaluate({ families: [requests] }, { metric: 'requests', as }), { instanceOf: RangeError });
  }
});
