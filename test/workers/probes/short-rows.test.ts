import test from 'ava';
import * as fc from '../../support/properties';
import type { ProbesResult } from '../../../protocol/tasks';
import { hasValue, seen, type Columns } from '../../support/monit-rows';
import { exponential, histogram, scalar, summary, type FamilySpec, type SeriesSpec } from '../../support/snapshots';
import { compute } from './computed';

const SHORT = { given: [], taken: [] };
const COLUMNS: readonly Columns[] = [80, 160];

/** What a person sees of each row that has a number. */
function rows(families: readonly FamilySpec[], options: Parameters<typeof compute>[1] = {}): readonly string[] {
  return numbers(compute({ families }, { short: SHORT, ...options })).map((probe) => seen(probe, 160));
}

const numbers = ({ probes }: ProbesResult) => probes.filter(({ value }) => !Number.isNaN(value));

const count = (attributes: Record<string, unknown>, value: number): SeriesSpec => ({ attributes, now: scalar(value) });
const counter = (name: string, ...series: SeriesSpec[]): FamilySpec => ({ name, type: 'SUM', monotonic: true, series });
const gauge = (name: string, ...values: number[]): FamilySpec => {
  const series = values.map((value, id) => count({ pool: `pool ${id}` }, value));
  return { name, type: 'GAUGE', series };
};

test('a metric of one series has one row, with its full name behind the value', (t) => {
  t.deepEqual(rows([counter('mashroom_plugins_total', count({ host: 'a' }, 4)), gauge('shop.stock', 12.5)]), [
    'plugins 4 mashroom_plugins_total',
    'stock 12.5 shop.stock',
  ]);
});

test('a metric of some series has rows of the largest too, by the attributes that tell them apart', (t) => {
  const routes = ['/', '/a', '/b', '/c', '/d', '/e', '/f'];
  const series = routes.map((route, index) => count({ route, method: 'GET' }, 10 * (index + 1)));
  t.deepEqual(rows([counter('http_requests_total', ...series)]), [
    'request 280 http_requests_total',
    'reque 1 70 /f',
    'reque 2 60 /e',
    'reque 3 50 /d',
    'reque 4 40 /c',
    'reque 5 30 /b',
    'reque … 30 other',
  ]);
  const twice = [count({ route: '/', method: 'GET' }, 1), count({ route: '/', method: 'PUT' }, 2)];
  t.deepEqual(rows([counter('hits', ...twice)]), ['hits 3', 'hits 1 2 PUT', 'hits 2 1 GET']);
});

test('a metric with more series than perMetric has one row, and keeps it', (t) => {
  const series = ['a', 'b', 'c'].map((id) => count({ id }, 1));
  const options = { perMetric: 2, short: SHORT };
  t.deepEqual(rows([counter('hits', ...series)], options), ['hits 3']);
  const { aggregated } = compute({ families: [counter('hits', ...series)] }, options);
  t.deepEqual(rows([counter('hits', ...series.slice(1))], { ...options, aggregated }), ['hits 2']);
});

test('two series that no attribute tells apart have one row', (t) => {
  const families = ['a', 'b'].map((scope) => ({ ...counter('hits', count({ id: 1 }, 2)), scope }));
  t.deepEqual(rows(families), ['hits 4']);
});

const durations = (now: number[]): SeriesSpec => ({
  now: histogram([0.1, 1], now, undefined, { sum: 5 }),
  before: histogram([0.1, 1], [0, 0, 0], undefined, { sum: 0 }),
});
const changed = { now: scalar(30), before: scalar(10) };
for (const [what, family, expected, counters] of [
  ['a counter', counter('shop.orders', changed), 'orders 30 shop.orders', 'total'],
  ['its change', counter('shop.orders', changed), 'orders 20 delta shop.orders', 'delta'],
  ['its rate', counter('shop.orders', changed), 'orders 2 /s shop.orders', 'rate'],
  ['a sum that may fall', { ...counter('shop.orders', changed), monotonic: false }, 'orders 30 shop.orders', 'rate'],
  ['a gauge', gauge('shop.stock', 3), 'stock 3 shop.stock', 'rate'],
  [
    'a histogram',
    { name: 'http.server.request.duration', type: 'HISTOGRAM', unit: 's', series: [durations([2, 3, 0])] },
    'request 925 ms p95 htt…quest.duration',
    'total',
  ],
  [
    'an exponential histogram',
    {
      name: 'shop.size_bytes',
      type: 'EXPONENTIAL_HISTOGRAM',
      series: [
        { now: exponential({ scale: 0, positive: [3, [3]] }), before: exponential({ scale: 0, positive: [3, [0]] }) },
      ],
    },
    'shop 15.5 B p95 shop.size_bytes',
    'total',
  ],
  [
    'a summary',
    {
      name: 'shop_wait_seconds',
      type: 'SUMMARY',
      series: [{ now: summary([0.5], [4, 6, 1]), before: summary([0.5], [2, 3, 1]) }],
    },
    'shopWai 1.5 s avg shop_wait_seconds',
    'total',
  ],
] as const) {
  test(`${what}: ${expected}`, (t) => t.deepEqual(rows([family], { counters }), [expected]));
}

test('the largest of some gauges is called so', (t) => {
  t.is(rows([gauge('shop.stock', 3, 7)])[0], 'stock 7 max shop.stock');
});

test('a name that looks like a glob is that metric alone', (t) => {
  t.deepEqual(rows([gauge('a*', 1), gauge('ab', 20)], { select: ['a\\*', 'ab'] }), ['a 1 a*', 'ab 20']);
});

test('entries keep their order, and names are not given twice', (t) => {
  const families = [counter('b_requests_total', count({}, 1)), counter('a_requests_total', count({}, 2))];
  const select = ['a_*', { kind: 'query', name: 'x', query: { metric: 'b_*', as: 'total', top: 5 } }, 'b_*'] as const;
  t.deepEqual(rows(families, { select, short: { given: [], taken: ['x', 'reque 2'] } }), [
    'reques2 2 a_requests_total',
    'x 1',
    'reques3 1 b_requests_total',
  ]);
});

test('no more metrics get names than there may be rows', (t) => {
  const families = Array.from({ length: 30 }, (_, id) => gauge(`metric_${id}`, id));
  const short = { given: [], taken: [] };
  const first = compute({ families }, { short, names: { known: [], room: 7 } });
  t.deepEqual([first.probes.length, first.leftOut, first.shortNames?.length], [7, 23, 7]);
  const known = first.probes.map(({ name }) => name);
  const given = first.shortNames ?? [];
  const second = compute({ families }, { short: { given, taken: [] }, names: { known, room: 0 } });
  t.deepEqual(second.probes, first.probes);
  t.deepEqual(second.shortNames, given);
});

const KINDS = ['SUM', 'GAUGE', 'HISTOGRAM'] as const;
const UNITS = [undefined, '1', 's', 'ms', 'By', '{request}', 'jobs per minute', 'Hz'] as const;
const value = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  fc.constantFrom(0, 1.234e-5, 4.2e-6, 1e18, -0.00842),
);
const word = fc.constantFrom('shop', 'http', 'requests', 'total', 'errors', 'é', 'p99', 'x1', '{a}', '', 'connections');
const text = fc.oneof(word, fc.string({ unit: 'binary', maxLength: 40 }));
const metricName = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join('.')),
  fc.string({ minLength: 1, unit: 'grapheme', maxLength: 60 }),
);
const family: fc.Arbitrary<FamilySpec> = fc
  .record({
    name: metricName,
    type: fc.constantFrom(...KINDS),
    monotonic: fc.boolean(),
    unit: fc.constantFrom(...UNITS),
    series: fc.array(fc.record({ a: text, b: text, c: fc.option(fc.integer()), now: value }), { maxLength: 8 }),
  })
  .map(({ series, unit, ...rest }) => ({
    ...rest,
    ...(unit !== undefined && { unit }),
    series: series.map(({ now, ...attributes }) => ({
      attributes,
      now: rest.type === 'HISTOGRAM' ? histogram([0.1, 1, 1000], [1, 2, 3, 4]) : scalar(now),
      before: rest.type === 'HISTOGRAM' ? histogram([0.1, 1, 1000], [0, 1, 1, 1]) : scalar(0),
    })),
  }));
const families = fc.uniqueArray(family, { selector: ({ name }) => name, maxLength: 12 });

test('each row has its value at 80 and at 160 columns, and each name stays that of its metric', (t) => {
  const counters = fc.constantFrom('total' as const, 'delta' as const, 'rate' as const);
  const room = fc.constantFrom(0, 5, 200);
  fc.assert(
    fc.property(fc.array(families, { minLength: 1, maxLength: 3 }), counters, room, (all, mode, max) => {
      const known = new Set<string>();
      let given: NonNullable<ProbesResult['shortNames']> = [];
      for (const one of all) {
        const names = { known: [...known], room: max - known.size };
        const result = compute({ families: one }, { short: { given, taken: ['p95'] }, counters: mode, names });
        const shown = numbers(result);
        for (const probe of shown) {
          for (const columns of COLUMNS) t.true(hasValue(probe, columns), JSON.stringify([columns, probe]));
          known.add(probe.name);
        }
        t.is(new Set(result.probes.map(({ name }) => name)).size, result.probes.length);
        t.true(known.size <= max && !known.has('p95'));
        const { shortNames = [] } = result;
        t.true(shortNames.length <= max);
        t.deepEqual(shortNames.slice(0, given.length), [...given]);
        given = shortNames;
      }
    }),
  );
});
