/** Words of the page: numbers, links, and which numbers of a metric make sense. */
import test from 'ava';
import { bytes, duration, formatOf, percent, plain, seconds, withoutZeros } from '../../web/words/numbers';
import { formatRoute, parseRoute, type Route } from '../../web/words/route';
import { firstSpec, statisticsOf } from '../../web/words/statistics';
import { metric } from './support/cluster';

test('numbers have three digits that matter, and line up', (t) => {
  const all = [0, 0.0321, 0.5, 1.25, 9.996, 41.26, 99.97, 812.4, 1234.5, 1.2e6, 3.4e9, 5e13, -2.5];
  const texts = ['0', '0.032', '0.500', '1.25', '10.0', '41.3', '100', '812', '1,235', '1.20 M', '3.40 G', '5.00e+13'];
  t.deepEqual(all.map(plain), [...texts, '-2.50']);
  t.deepEqual([0.00001, Number.POSITIVE_INFINITY].map(plain), ['1.0e-5', '∞']);
  for (const nothing of [null, undefined, Number.NaN]) {
    for (const format of [plain, bytes, seconds, percent, duration, formatOf('By/s')]) t.is(format(nothing), '–');
  }
});

test('bytes, times and shares have the unit that fits their size', (t) => {
  t.deepEqual([512, 1536, 1024 ** 2 * 88.25].map(bytes), ['512 B', '1.50 KiB', '88.3 MiB']);
  t.deepEqual([0, 0.00002, 0.0421, 3.5, 600].map(seconds), ['0 ms', '20 µs', '42.1 ms', '3.50 s', '10 min']);
  t.deepEqual([0.0042, 0.37, 1.42].map(percent), ['0.4 %', '37.0 %', '142 %']);
  t.deepEqual([900, 119_000, 7_100_000, 9e7, 3e8].map(duration), ['0 s', '119 s', '118 min', '25 h', '3 d']);
});

test("a metric's unit chooses how its numbers are written", (t) => {
  const units = [null, '1', '{order}', '{order}/s', '/s', 's', 'ms', 'By', 'By/s', 'Cel'];
  const texts = units.map((unit) => formatOf(unit)(2048));
  t.deepEqual(texts.slice(0, 5), ['2,048', '2,048', '2,048', '2,048/s', '2,048/s']);
  t.deepEqual(texts.slice(5), ['34 min', '2.05 s', '2 KiB', '2 KiB/s', '2,048 Cel']);
});

test('an axis has no zeros behind the point', (t) => {
  t.deepEqual(['0.500', '1.50 MiB', '2.00 s', '100', '1,000', '0'].map(withoutZeros), [
    ...['0.5', '1.5 MiB', '2 s', '100', '1,000', '0'],
  ]);
});

test('a link brings back what it was made of', (t) => {
  const route: Route = {
    ...{ view: 'metrics', search: 'a&b=c #', window: 900 },
    charts: [
      { metric: 'x*y~z%', as: 'p99.9', by: 'the/route', app: 'shop & co', pmId: 'all' },
      { metric: 'http_requests_total', as: 'rate', pmId: 3 },
    ],
  };
  t.deepEqual(parseRoute(formatRoute(route)), route);
  t.is(formatRoute({ view: 'overview', search: '', window: 300, charts: [] }), '#overview');
});

test('the part of an invalid link that is understood counts', (t) => {
  const empty: Route = { view: 'overview', search: '', window: 300, charts: [] };
  for (const hash of [
    '',
    '#',
    '#nothing',
    '#?',
    '#overview?window=7&chart=',
    '#overview?chart=a*b*c',
    '#%%%?chart=%25*x',
  ]) {
    t.deepEqual(parseRoute(hash), empty, hash);
  }
  // The server refuses a list with one chart of these, and so all others of the link.
  for (const chart of ['a*p999***', 'a*p9.12345***', `${'a'.repeat(501)}*rate***`, `a*rate*${'b'.repeat(501)}**`]) {
    t.deepEqual(parseRoute(`#metrics?chart=${chart}&chart=a*p99.9***`).charts, [{ metric: 'a', as: 'p99.9' }], chart);
  }
  t.is(parseRoute(`#metrics?${'chart=a*rate***&'.repeat(30)}`).charts.length, 20);
});

test('the first chart of a metric, by its kind', (t) => {
  t.deepEqual(firstSpec(metric('a')), { metric: 'a', as: 'rate' });
  t.deepEqual(firstSpec(metric('a', { kind: 'histogram' })), { metric: 'a', as: 'p95' });
  t.deepEqual(firstSpec(metric('a', { kind: 'gauge' })), { metric: 'a', as: 'total', pmId: 'all' });
  t.deepEqual(firstSpec(metric('cpu_ratio', { kind: 'gauge' })), { metric: 'cpu_ratio', as: 'avg', pmId: 'all' });
  for (const kind of ['counter', 'sum', 'gauge', 'histogram', 'summary'] as const) {
    t.true(statisticsOf(kind).length > 2, kind);
  }
});
