import test from 'ava';
import { canonicalNumber } from '../../../../workers/exposition/openmetrics/canonical-number';
import { unitOf } from '../../../../workers/exposition/dialect/units';
import { counter, histogram, point } from '../../../../../test/core/encoder/collections';
import { parse } from '../parsed-text';
import { instance, text } from '../rendered-snapshots';

function metric(type: 'GAUGE' | 'SUM', name: string, unit: string, value: number, description = ''): object {
  const of = type === 'GAUGE' ? { dataPointType: 2 } : { dataPointType: 3, isMonotonic: false };
  return { descriptor: { name, description, unit, type: 'GAUGE' }, ...of, dataPoints: [point({}, value)] };
}

test('the name of a family lacks the ending that its samples have', async (t) => {
  const metrics = [
    metric('SUM', 'up_down', '', 1e21),
    metric('GAUGE', 'g', '', Number.NaN, 'a "quote" \\ and\nmore'),
    counter('c', [point({ q: 'x"y\n' }, 1.5)]),
    counter('d_total', [point({}, 7)]),
    histogram('h', [point({}, { buckets: { boundaries: [0.5, 1, 1e6], counts: [1, 0, 2, 0] }, count: 3, sum: 4 })]),
  ];
  const body = text([await instance(3, { resource: { a: 1 }, metrics })], 'openmetrics');
  parse(body, 'openmetrics');
  t.is(
    body.replaceAll('pm2_app="shop",pm_id="3"', '…').replaceAll('otel_scope_name="test",', ''),
    `# TYPE target info
# HELP target Target metadata
target_info{a="1",…} 1
# TYPE c counter
# HELP c description missing
c_total{q="x\\"y\\n",…} 1.5
# TYPE d counter
# HELP d description missing
d_total{…} 7
# TYPE g gauge
# HELP g a \\"quote\\" \\\\ and\\nmore
g{…} NaN
# TYPE h histogram
# HELP h description missing
h_count{…} 3
h_sum{…} 4
h_bucket{…,le="0.5"} 1
h_bucket{…,le="1.0"} 1
h_bucket{…,le="1e+06"} 3
h_bucket{…,le="+Inf"} 3
# TYPE up_down gauge
# HELP up_down description missing
up_down{…} 1e+21
# EOF
`,
  );
  t.is(text([], 'openmetrics'), '# EOF\n');
});

test('a unit is told where the name ends with it', async (t) => {
  const metrics = [
    metric('GAUGE', 'a_seconds', 's', 1),
    metric('GAUGE', 'b', 's', 1),
    metric('GAUGE', 'c_{x}', '{x}', 1),
    metric('GAUGE', 'd.rpm', 'rpm', 1),
    { ...counter('e_bytes', [point({}, 1)]), descriptor: { name: 'e_bytes', unit: 'By', type: 'COUNTER' } },
  ];
  const families = parse(text([await instance(0, { metrics })], 'openmetrics'), 'openmetrics');
  t.deepEqual(
    families.map(({ name, unit }) => [name, unit]),
    [
      ['a_seconds', 'seconds'],
      ['b', undefined],
      ['c_x_', undefined],
      ['d_rpm', 'rpm'],
      ['e_bytes', 'bytes'],
    ],
  );
  t.is(unitOf('x_toString', 'toString'), 'toString');
  t.is(unitOf('x_', ''), undefined);
  t.is(unitOf('seconds', 's'), undefined);
});

test('a histogram with bounds below 0 has no sum, and a histogram without a sum has no count', async (t) => {
  const exponential = (offset: number[]): object => ({
    count: 3,
    sum: 2,
    scale: 0,
    zeroCount: 3 - offset.length,
    positive: { offset: 0, bucketCounts: [] },
    negative: { offset: 0, bucketCounts: offset },
  });
  const buckets = (first: number): object => ({ boundaries: [first, 3], counts: [1, 1, 1] });
  const metrics = [
    histogram('a', [
      point({ a: 1 }, { buckets: buckets(-1), count: 3, sum: 4 }),
      point({ a: 2 }, { buckets: buckets(0), count: 3 }),
      point({ a: 3 }, { buckets: buckets(0), count: 3, sum: 5 }),
    ]),
    histogram('e', [point({ a: 1 }, exponential([1])), point({ a: 2 }, exponential([]))], 1),
  ];
  const families = parse(text([await instance(0, { metrics })], 'openmetrics'), 'openmetrics');
  t.deepEqual(
    families.map(({ samples }) => samples.map(({ name, labels }) => `${name} ${labels.get('le') ?? ''}`)),
    [
      [
        ...['a_bucket -1.0', 'a_bucket 3.0', 'a_bucket +Inf', 'a_bucket 0.0', 'a_bucket 3.0', 'a_bucket +Inf'],
        ...['a_count ', 'a_sum ', 'a_bucket 0.0', 'a_bucket 3.0', 'a_bucket +Inf'],
      ],
      ['e_bucket -1.0', 'e_bucket 0.0', 'e_bucket +Inf', 'e_count ', 'e_sum ', 'e_bucket 0.0', 'e_bucket +Inf'],
    ],
  );
});

test('canonical numbers are those of the specification', (t) => {
  const canonical = [
    ...['0.0', '0.001', '0.01', '0.1', '0.9', '0.95', '0.99', '0.999', '1.0', '1.7', '10.0'],
    ...['1e-10', '1e-09', '1e-05', '0.0001', '100000.0', '1e+06', '1e+10', '1e+23', '1.1e+23', '+Inf'],
    ...['-Inf', '-1.0', '-2.5e-07', '123456.5', '1.234567e+06'],
  ];
  for (const text of canonical) t.is(canonicalNumber(Number(text.replace('Inf', 'Infinity'))), text);
  for (const i of [2, 17, 4321, 9999]) t.is(canonicalNumber(i / 1000), String(i / 1000));
});
