import test from 'ava';
import { histogram, counter, point } from '../../../../../test/core/encoder/collections';
import { parse } from '../parsed-text';
import { instance, text } from '../rendered-snapshots';

function gauge(name: string, dataPoints: readonly object[], description = ''): object {
  return { descriptor: { name, description, unit: '', type: 'GAUGE' }, dataPointType: 2, dataPoints };
}

const of = (buckets: object, rest: object = {}): object => ({ buckets, count: 6, sum: 1.5, ...rest });

test('a family of several processes is one group, with their labels behind those of the series', async (t) => {
  const metrics = (value: number): object[] => [
    histogram('d', [point({ route: '/' }, of({ boundaries: [0.1, 5], counts: [1, 2, 3] }))]),
    counter('requests', [point({ route: '/' }, value)]),
    gauge('a.b', [point({}, -0.5)]),
  ];
  const resource = { 'service.name': 'shop', host: 'x"y' };
  const snapshots = [
    await instance(0, { resource, metrics: metrics(1) }),
    await instance(3, { resource, metrics: metrics(2) }),
  ];
  const body = text(snapshots);
  parse(body, 'text');
  t.is(
    body.replaceAll(/otel_scope_name="test",?/g, ''),
    `# HELP target_info Target metadata
# TYPE target_info gauge
target_info{service_name="shop",host="x\\"y",pm2_app="shop",pm_id="0"} 1
target_info{service_name="shop",host="x\\"y",pm2_app="shop",pm_id="3"} 1
# HELP a_b description missing
# TYPE a_b gauge
a_b{pm2_app="shop",pm_id="0"} -0.5
a_b{pm2_app="shop",pm_id="3"} -0.5
# HELP d description missing
# TYPE d histogram
d_count{route="/",pm2_app="shop",pm_id="0"} 6
d_sum{route="/",pm2_app="shop",pm_id="0"} 1.5
d_bucket{route="/",pm2_app="shop",pm_id="0",le="0.1"} 1
d_bucket{route="/",pm2_app="shop",pm_id="0",le="5"} 3
d_bucket{route="/",pm2_app="shop",pm_id="0",le="+Inf"} 6
d_count{route="/",pm2_app="shop",pm_id="3"} 6
d_sum{route="/",pm2_app="shop",pm_id="3"} 1.5
d_bucket{route="/",pm2_app="shop",pm_id="3",le="0.1"} 1
d_bucket{route="/",pm2_app="shop",pm_id="3",le="5"} 3
d_bucket{route="/",pm2_app="shop",pm_id="3",le="+Inf"} 6
# HELP requests_total description missing
# TYPE requests_total counter
requests_total{route="/",pm2_app="shop",pm_id="0"} 1
requests_total{route="/",pm2_app="shop",pm_id="3"} 2
`,
  );
});

test("a series' label that has the name of an added one is exported under another name", async (t) => {
  const metrics = [gauge('g', [point({ pm_id: 'own', x: 1 }, 1)])];
  const body = text([await instance(0, { resource: { pm_id: 7 }, metrics })]);
  t.regex(body, /^target_info\{exported_pm_id="7",pm2_app="shop",pm_id="0"\} 1$/m);
  t.regex(body, /^g\{exported_pm_id="own",x="1",otel_scope_name="test",pm2_app="shop",pm_id="0"\} 1$/m);
});

test('a process without attributes of its own has no target_info', async (t) => {
  const snapshots = [
    await instance(0, { metrics: [] }),
    await instance(1, { metrics: [gauge('g', [point({}, 1)])], resource: { a: 1 } }),
    await instance(2, { metrics: [gauge('nothing', [])] }),
  ];
  t.deepEqual(
    parse(text(snapshots), 'text').map(({ name, samples }) => [name, samples.length]),
    [
      ['target_info', 1],
      ['g', 1],
    ],
  );
  t.is(text([]), '');
});

test('only a line feed ends a line, whatever else is in names and texts', async (t) => {
  const odd = 'a\r\u2028b';
  const metric = gauge('g', [point({ odd }, 1)]) as { descriptor: object };
  const described = { ...metric, descriptor: { ...metric.descriptor, description: odd } };
  const snapshots = [await instance(0, { resource: { odd }, metrics: [described] })];
  const [info, family] = parse(text(snapshots), 'text');
  t.is(info?.samples[0]?.labels.get('odd'), odd);
  t.is(family?.help, odd);
  t.is(family?.samples[0]?.labels.get('odd'), odd);
});

test('an exponential histogram has a bucket at each boundary, at 0, and +Inf', async (t) => {
  const value = {
    count: 21,
    sum: 4.5,
    scale: -1,
    zeroCount: 3,
    positive: { offset: -1, bucketCounts: [5, 0, 7] },
    negative: { offset: 0, bucketCounts: [2, 4] },
  };
  const body = text([await instance(0, { metrics: [histogram('e', [point({ a: 1 }, value)], 1)] })]);
  t.deepEqual(
    parse(body, 'text')[0]?.samples.map(({ name, labels, value: number }) => [name, labels.get('le') ?? '', number]),
    [
      ['e_count', '', 21],
      ['e_sum', '', 4.5],
      // From -16 to -4: 4; from -4 to -1: 2; 0: 3; from 1/4 to 1: 5; from 4 to 16: 7.
      ['e_bucket', '-4', 4],
      ['e_bucket', '-1', 6],
      ['e_bucket', '0', 9],
      ['e_bucket', '1', 14],
      ['e_bucket', '4', 14],
      ['e_bucket', '16', 21],
      ['e_bucket', '+Inf', 21],
    ],
  );
});

test('boundaries that no number can tell apart are one bucket', async (t) => {
  const value = {
    count: 10,
    scale: -10,
    zeroCount: 0,
    positive: { offset: -3, bucketCounts: [1, 1, 1, 1] },
    negative: { offset: -2, bucketCounts: [1, 1, 2, 2] },
  };
  const body = text([await instance(0, { metrics: [histogram('e', [point({}, value)], 1)] })]);
  t.deepEqual(
    parse(body, 'text')[0]?.samples.map(({ labels, value: number }) => [labels.get('le') ?? 'count', number]),
    [
      ['count', 10],
      // base is 2^1024: it is infinite, and base^-2 is 0.
      ['-1', 4],
      [String(-(2 ** -1024)), 5],
      ['0', 7],
      [String(2 ** -1024), 8],
      ['1', 9],
      ['+Inf', 10],
    ],
  );
});
