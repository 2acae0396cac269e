import test from 'ava';
import { counter, histogram, point } from '../../../../../test/core/encoder/collections';
import { Exposition } from '../../../../workers/exposition/exposition';
import type { DecodedFamily, DecodedHistogram } from './decoded-family';
import { decode } from './decoded-protobuf';
import { instance, render } from '../rendered-snapshots';

async function families(...metrics: readonly object[]): Promise<DecodedFamily[]> {
  const snapshots = [await instance(0, { metrics })];
  return decode(render(new Exposition(), { view: 'all', format: 'protobuf', snapshots }).body);
}

const instanceLabels = [
  ['pm2_app', 'shop'],
  ['pm_id', '0'],
] as const;
const scopeLabel = ['otel_scope_name', 'test'] as const;

test('counters keep _total, gauges are gauges, and texts are not escaped', async (t) => {
  const resource = { host: 'a"b\\c\nd' };
  const metrics = [
    counter('c_bytes', [point({ a: 'x"y\\z\nü' }, 2 ** 53 + 2), point({}, 0.1)]),
    {
      descriptor: { name: 'g_seconds', description: 'a\\n\nb "c"', unit: 's', type: 'GAUGE' },
      dataPointType: 2,
      dataPoints: [point({}, Number.NaN), point({ a: 1 }, -Infinity)],
    },
  ];
  const snapshots = [await instance(0, { resource, metrics })];
  const decoded = decode(render(new Exposition(), { view: 'all', format: 'protobuf', snapshots }).body);
  const [target, c, g] = decoded;
  t.is(decoded.length, 3);
  t.like(target, { name: 'target_info', type: 1, help: 'Target metadata' });
  t.deepEqual(target?.metrics[0]?.labels, [['host', 'a"b\\c\nd'], ...instanceLabels]);
  t.is(target?.metrics[0]?.gauge, 1);
  t.like(c, { name: 'c_bytes_total', type: 0, help: 'description missing', unit: undefined });
  t.deepEqual(
    c?.metrics.map(({ counter: value }) => value),
    [2 ** 53 + 2, 0.1],
  );
  t.deepEqual(c?.metrics[0]?.labels, [['a', 'x"y\\z\nü'], scopeLabel, ...instanceLabels]);
  t.like(g, { name: 'g_seconds', type: 1, help: 'a\\n\nb "c"', unit: 'seconds' });
  t.deepEqual(
    g?.metrics.map(({ gauge }) => gauge),
    [Number.NaN, -Infinity],
  );
});

test('a histogram has its count, its sum, and its buckets with +Inf', async (t) => {
  const large = 5_000_000_000;
  const value = { buckets: { boundaries: [0.1, 300], counts: [1, large, 128] }, count: large + 129, sum: 2.5 };
  const [family] = await families(histogram('h', [point({ le: 'mine' }, value)]));
  t.like(family, { name: 'h', type: 4 });
  t.deepEqual(family?.metrics[0]?.labels, [['exported_le', 'mine'], scopeLabel, ...instanceLabels]);
  t.like(family?.metrics[0]?.histogram, { count: large + 129, sum: 2.5, schema: undefined, zeroCount: undefined });
  t.deepEqual(family?.metrics[0]?.histogram?.buckets, [
    [0.1, 1],
    [300, large + 1],
    [Infinity, large + 129],
  ]);
});

interface Exponential {
  readonly scale: number;
  readonly zeroCount?: number;
  readonly positive?: readonly [offset: number, counts: readonly number[]];
  readonly negative?: readonly [offset: number, counts: readonly number[]];
}

async function native(...all: readonly Exponential[]): Promise<(DecodedHistogram | undefined)[]> {
  const points = all.map(({ scale, zeroCount = 0, positive = [0, []], negative = [0, []] }, i) =>
    point(
      { i },
      {
        count: 1,
        sum: 1.5,
        scale,
        zeroCount,
        positive: { offset: positive[0], bucketCounts: positive[1] },
        negative: { offset: negative[0], bucketCounts: negative[1] },
      },
    ),
  );
  const [family] = await families(histogram('e', points, 1));
  return family?.metrics.map((metric) => metric.histogram) ?? [];
}

test('an exponential histogram is a native one', async (t) => {
  const [some] = await native({ scale: 3, zeroCount: 2, positive: [-5, [1, 0, 0, 7, 3]], negative: [4, [0, 9]] });
  t.like(some, { schema: 3, zeroThreshold: 0, zeroCount: 2, count: 22, sum: 1.5, buckets: [] });
  // Upper bound of OpenTelemetry's bucket i is that of Prometheus's bucket i + 1.
  t.deepEqual(
    some?.positive,
    new Map([
      [-4, 1],
      [-1, 7],
      [0, 3],
    ]),
  );
  t.deepEqual(some?.negative, new Map([[6, 9]]));
  t.deepEqual(some?.spans, { positive: 2, negative: 1 });
});

test('a scale above 8 is brought down to it, neighbours becoming one bucket', async (t) => {
  const [one, many] = await native(
    { scale: 9, positive: [-3, [1, 2, 4, 8, 16, 32]] },
    { scale: 20, positive: [-4100, new Array(8192).fill(1)], negative: [4095, [1, 2]] },
  );
  // Of scale 9: -3 | -2 -1 | 0 1 | 2 are of scale 8: -2 | -1 | 0 | 1.
  t.is(one?.schema, 8);
  t.deepEqual(
    one?.positive,
    new Map([
      [-1, 1],
      [0, 6],
      [1, 24],
      [2, 32],
    ]),
  );
  t.is(many?.schema, 8);
  t.deepEqual(
    many?.positive,
    new Map([
      [-1, 4],
      [0, 4096],
      [1, 4092],
    ]),
  );
  t.deepEqual(
    many?.negative,
    new Map([
      [1, 1],
      [2, 2],
    ]),
  );
});

test('a native histogram without observations can be told from a classic one', async (t) => {
  const [empty, zeros] = await native({ scale: 0 }, { scale: 0, zeroCount: 1 });
  t.like(empty, { count: 0, spans: { positive: 1, negative: 0 } });
  t.is(empty?.positive.size, 0);
  t.like(zeros, { count: 1, zeroCount: 1, spans: { positive: 0, negative: 0 } });
});

test('a scale below -4 is left out, with a warning, and only where it is so', async (t) => {
  const value = (scale: number): object => ({
    count: 1,
    scale,
    zeroCount: 1,
    positive: { offset: 0, bucketCounts: [] },
    negative: { offset: 0, bucketCounts: [] },
  });
  const metrics = [histogram('e', [point({ a: 1 }, value(-5)), point({ a: 2 }, value(-4))], 1)];
  const snapshots = [await instance(0, { metrics }), await instance(1, { metrics })];
  const exposition = new Exposition();
  for (let i = 0; i < 2; i++) {
    const { body, warnings, dropped } = render(exposition, { view: 'all', format: 'protobuf', snapshots });
    t.is(warnings.length, 1);
    t.regex(warnings[0]!, /^Metric e: histograms with a scale below -4, .* are left out of the protobuf format/);
    t.deepEqual(
      dropped,
      snapshots.map(({ labels }) => ({ labels, reason: 'scale', series: 1 })),
    );
    t.deepEqual(
      decode(body).map(({ metrics: some }) => some.map(({ labels }) => labels[0]?.[1])),
      [['2', '2']],
    );
  }
  const alone = [await instance(0, { metrics: [histogram('e', [point({}, value(-10))], 1)] })];
  t.is(render(exposition, { view: 'all', format: 'protobuf', snapshots: alone }).body.length, 0);
});
