import test from 'ava';
import { shownEntries } from '../../../src/config/shown';
import type { MetricEntry } from '../../../src/config/metric-entry';
import { histogram, scalar, type FamilySpec, type SeriesSpec } from '../../support/snapshots';
import { compute } from './computed';

/** What a person sees of each row. */
function rows(families: readonly FamilySpec[], ...entries: MetricEntry[]): Record<string, string> {
  const { probes } = compute({ families }, { select: shownEntries(entries) });
  return Object.fromEntries(
    probes.map(({ name, value, unit }) => [name, [Number.isNaN(value) ? '-' : value, unit ?? ''].join(' ').trim()]),
  );
}

const series = (attributes: Record<string, unknown>, change: number): SeriesSpec => ({
  attributes,
  before: scalar(100),
  now: scalar(100 + change),
});
const requests: FamilySpec = {
  name: 'http_requests_total',
  type: 'SUM',
  series: [
    series({ route: '/', status: '200' }, 12_340),
    series({ route: '/api/v1/customers/:id/orders/:order', status: '200' }, 523),
    series({ route: '/api/v1/customers/:id/orders/:order', status: '500' }, 7),
    series({ status: '404' }, 2),
    series({ route: '/b', status: '200' }, 1),
  ],
};
const BOUNDS = [0.01, 0.1, 1];
const duration = (before: number[], now: number[]): FamilySpec => ({
  name: 'http_request_duration_seconds',
  type: 'HISTOGRAM',
  series: [{ attributes: { status_code: 200 }, before: histogram(BOUNDS, before), now: histogram(BOUNDS, now) }],
});

test('a row has its rank in its name, and what it is of behind its value', (t) => {
  const entry: MetricEntry = {
    metric: 'http_requests_total',
    by: ['route'],
    as: 'rate',
    top: 2,
    name: 'req',
    unit: '',
  };
  t.deepEqual(rows([requests], entry), {
    'req 1': '1234 /',
    'req 2': '53 /api/v1…id/orders/:order',
    'req …': '0.3 other',
  });
});

test('the names of rows are the same whatever there is, and rows without a number are without a unit', (t) => {
  const entry: MetricEntry = {
    metric: 'http_requests_total',
    by: ['route'],
    where: { status: '5*' },
    as: 'rate',
    name: '5xx',
  };
  t.deepEqual(rows([requests], entry), {
    '5xx 1': '0.7 /s /api/v1…id/orders/:order',
    '5xx 2': '-',
    '5xx 3': '-',
    '5xx 4': '-',
    '5xx 5': '-',
    '5xx …': '-',
  });
  t.deepEqual(Object.keys(rows([], entry)), Object.keys(rows([requests], entry)));
});

test('an empty attribute and control characters are visible', (t) => {
  const odd: FamilySpec = { name: 'm', type: 'SUM', series: [series({ a: '\u001b[2J' }, 2), series({}, 1)] };
  const entry: MetricEntry = { metric: 'm', by: ['a'], as: 'delta', top: 2, name: 'm' };
  t.deepEqual(rows([odd], entry), { 'm 1': '2 \\u001b[2J', 'm 2': '1 (none)', 'm …': '-' });
});

test('a query without a name has the metric behind its value', (t) => {
  const entry: MetricEntry = { metric: 'http_request_duration_seconds', as: 'p50' };
  t.deepEqual(rows([duration([0, 0, 0, 0], [0, 9, 0, 0])], entry), { p50: '55 ms http_req…_duration_seconds' });
});

test('a unit of the configuration stands in place of that of the metric', (t) => {
  const entry: MetricEntry = { metric: 'http_requests_total', as: 'delta', name: 'n', unit: 'ms' };
  t.deepEqual(rows([requests], entry), { n: '12.9 s' });
});

test('vitals come from whatever library there is', (t) => {
  const vitals: MetricEntry[] = [
    { vital: 'requests' },
    { vital: 'errors' },
    { vital: 'latency' },
    { vital: 'eventLoop' },
  ];
  t.deepEqual(rows([duration([0, 0, 0, 0], [0, 90, 0, 0])], ...vitals), {
    'req/s': '9',
    'err/s': '0',
    p95: '95.5 ms',
    loop: '-',
  });
  t.deepEqual(rows([], ...vitals), { 'req/s': '-', 'err/s': '-', p95: '-', loop: '-' });
});

test('a quantile of nothing recorded is no number', (t) => {
  t.deepEqual(rows([duration([0, 9, 0, 0], [0, 9, 0, 0])], { vital: 'latency' }), { p95: '-' });
});

test('queries and names keep the order of the configuration', (t) => {
  const gauge = (name: string): FamilySpec => ({ name, type: 'GAUGE', series: [{ now: scalar(1) }] });
  const shown = rows([gauge('a'), gauge('b')], 'b', { metric: 'a', as: 'max', name: 'x' }, 'a');
  t.deepEqual(Object.keys(shown), ['b', 'x', 'a']);
});

test('at 80 columns the rows of defaults and of short names have their value and unit', (t) => {
  const vitals: MetricEntry[] = [{ vital: 'requests' }, { vital: 'latency' }];
  const ranked: MetricEntry = {
    metric: 'http_request_duration_seconds',
    by: ['status_code'],
    as: 'p95',
    top: 1,
    name: 'dur',
  };
  const families = [duration([0, 0, 0, 0], [0, 12_345, 0, 0])];
  for (const [name, value] of Object.entries(rows(families, ...vitals, ranked))) {
    const number = value.split(' ').slice(0, 2).join(' ');
    t.true(name.length + number.length <= 14, `${name} ${number}`);
    t.true(name.length + value.length <= 38);
  }
});

test('a row has its place from the first snapshot that has its series', (t) => {
  const entries = shownEntries([{ vital: 'requests' }, { vital: 'errors' }, { vital: 'eventLoop' }]);
  const places = (families: FamilySpec[]) =>
    compute({ families, seconds: null }, { select: entries, names: { known: [], room: 10 } })
      .probes.filter(({ value, early }) => early === true || !Number.isNaN(value))
      .map(({ name }) => name);
  t.deepEqual(places([duration([0, 0, 0, 0], [0, 9, 0, 0])]), ['req/s', 'err/s']);
  t.deepEqual(places([]), []);
});
