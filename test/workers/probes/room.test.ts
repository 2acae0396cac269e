import test from 'ava';
import type { LongRows, ProbesTask } from '../../../protocol/tasks';
import { exponential, histogram, scalar, summary, type FamilySpec } from '../../support/snapshots';
import { compute } from './computed';

const DURATION = 'http.server.request.duration';
const durations = histogram([0.1, 1], [2, 3, 0]);

function requests(...all: readonly Record<string, unknown>[]): FamilySpec {
  const series = all.map((attributes) => ({ attributes, now: durations, before: histogram([0.1, 1], [0, 0, 0]) }));
  return { name: DURATION, type: 'HISTOGRAM', unit: 's', series };
}

function gauge(name: string, value = 1, unit?: string): FamilySpec {
  return { name, type: 'GAUGE', ...(unit !== undefined && { unit }), series: [{ now: scalar(value) }] };
}

/** All entries are looked at. */
function found(families: readonly FamilySpec[], options: Partial<ProbesTask> = {}): readonly LongRows[] | undefined {
  const { select = ['*'] } = options;
  const checkRoom = select.filter((shown) => typeof shown === 'string');
  return compute({ families }, { checkRoom, ...options }).withoutRoom;
}

test('an entry whose rows have no room has a query by the attributes that tell its series apart', (t) => {
  const common = { 'url.scheme': 'http', 'network.protocol.version': '1.1' };
  const family = requests(
    { ...common, 'http.request.method': 'GET', 'http.route': '/' },
    { ...common, 'http.request.method': 'POST', 'http.route': '/' },
    { ...common, 'http.request.method': 'GET' },
  );
  t.deepEqual(found([family], { select: [DURATION] }), [
    {
      entry: DURATION,
      metrics: 1,
      query: { metric: DURATION, by: ['http.request.method', 'http.route'], as: 'p95', top: 3 },
      name: 'slow',
    },
  ]);
});

test('a single series has its first attributes, and one without attributes none', (t) => {
  const [one] = found([requests({ a: 1, b: 2, c: 3, d: 4 })]) ?? [];
  t.deepEqual(one?.query.by, ['a', 'b', 'c']);
  const [none] = found([gauge('x'.repeat(40))]) ?? [];
  t.deepEqual(none?.query, { metric: 'x'.repeat(40), as: 'max' });
});

test('rows of all series together have a query without attributes', (t) => {
  const family = { ...requests({ id: 1 }, { id: 2 }, { id: 3 }), name: `${DURATION}.of.the.shop` };
  const [one] = found([family], { perMetric: 2 }) ?? [];
  t.deepEqual(one?.query, { metric: family.name, as: 'p95' });
});

test('names that have room for their values are not told, whatever the unit is', (t) => {
  t.deepEqual(found([gauge('mashroom_background_jobs_failed', 1_234_567)]), []);
  // PM2 shows ten digits of it.
  t.deepEqual(found([gauge('nodejs.eventloop.utilization', 0.1234567890123456, '1')]), []);
  t.is(found([gauge('nodejs.eventloop.utilization2', 0.1234567890123456, '1')])?.length, 1);
  t.is(found([gauge('n'.repeat(36), 12)])?.length, 0);
  t.is(found([gauge('n'.repeat(36), 123)])?.length, 1);
  // PM2 cuts at the space before the unit.
  t.is(found([gauge('n'.repeat(35), 12, 'By')])?.length, 0);
  t.is(found([gauge('n'.repeat(36), 12, 'By')])?.length, 1);
});

test('a row without a number is not there yet', (t) => {
  t.deepEqual(found([gauge('n'.repeat(40), NaN)]), []);
});

test('only the entries of the task are looked at, and a task without any has a result without', (t) => {
  const families = [gauge('a'.repeat(40)), gauge('b'.repeat(40))];
  const select = ['a*', 'b*'];
  t.deepEqual(
    found(families, { select, checkRoom: ['b*'] })?.map(({ entry }) => entry),
    ['b*'],
  );
  t.false('withoutRoom' in compute({ families }, { select }));
  t.deepEqual(compute({ families }, { select, checkRoom: select }).probes, compute({ families }, { select }).probes);
});

test('of a glob the first metric without room has a query, and the others are counted', (t) => {
  const families = [gauge('short'), gauge(`${'a'.repeat(40)}_active_total`), gauge('b'.repeat(40))];
  const [one, ...others] = found(families) ?? [];
  t.deepEqual(one, { entry: '*', metrics: 2, query: { metric: families[1]?.name ?? '', as: 'max' }, name: 'active' });
  t.deepEqual(others, []);
});

const exponentialSeries = {
  now: exponential({ scale: 0, positive: [0, [3]] }),
  before: exponential({ scale: 0, positive: [0, [1]] }),
};
const long = 'a_service_of_the_shop_has_requests';
for (const [what, family, as, name] of [
  ['a counter', { name: long, type: 'SUM', monotonic: true, series: [{ now: scalar(12_345) }] }, 'total', 'request'],
  ['a sum that may fall', { name: long, type: 'SUM', series: [{ now: scalar(12_345) }] }, 'total', 'request'],
  ['a gauge', gauge(`${long}_ratio_10`, 12_345), 'max', 'request'],
  ['times', { ...requests({ a: 1 }), name: `${long}_seconds`, unit: '' }, 'p95', 'slow'],
  ['sizes', { ...requests({ a: 1 }), name: `${long}_size_bytes`, unit: 'By' }, 'p95', 'size'],
  [
    'an exponential histogram',
    { name: `${long}_took`, type: 'EXPONENTIAL_HISTOGRAM', unit: 'ms', series: [exponentialSeries] },
    'p95',
    'slow',
  ],
  [
    'a summary',
    { name: `${long}_took`, type: 'SUMMARY', unit: 's', series: [{ now: summary([0.5], [2, 3, 12.3456]) }] },
    'avg',
    'slow',
  ],
] as const) {
  test(`${what}: ${as}, with the name ${name}`, (t) => {
    const [one] = found([{ ...family, monotonic: 'monotonic' in family }]) ?? [];
    t.deepEqual([one?.query.as, one?.name], [as, name]);
  });
}

test('a counter has the statistic that its rows show', (t) => {
  const series = [{ now: scalar(123_456), before: scalar(3) }];
  for (const counters of ['delta', 'rate'] as const) {
    const [one] = found([{ name: long, type: 'SUM', monotonic: true, series }], { counters }) ?? [];
    t.is(one?.query.as, counters);
  }
});

test('the proposed query shows the metric', (t) => {
  const family = requests({ route: '/a' }, { route: '/b' });
  const [one] = found([family]) ?? [];
  const { query, name } = one ?? t.fail();
  const { probes } = compute(
    { families: [family] },
    { select: [{ kind: 'query', name, query: { ...query, top: query.top ?? 1 } }] },
  );
  t.deepEqual(
    probes.map((probe) => [probe.name, Number.isNaN(probe.value)]),
    [
      ['slow 1', false],
      ['slow 2', false],
      ['slow 3', true],
      ['slow …', true],
    ],
  );
});
