import test from 'ava';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { MAX, MIN, SCALAR_VALUE, START } from '../../../../core/snapshot';
import { collected, counter, encode, familyOf, point, read, series } from '../collections';
import { SDKS, startSdk } from '../sdk-metrics';
import { deltaCounter, deltaGauge, deltaHistogram, seen } from './metrics';

const newEncoder = (maxSeries = 10_000) => new SnapshotEncoder({ maxSeries });
const valueOf = (snapshot: Parameters<typeof read>[0], text: string, index = 0) =>
  read(snapshot, index).get(text)?.[SCALAR_VALUE];

test('sums add up, gauges are replaced, and what a collection does not mention stays', async (t) => {
  const encoder = newEncoder();
  await encode(encoder, deltaCounter('c', [point({ a: 1 }, 2), point({ a: 2 }, 3)]), deltaGauge('g', [point({}, 7)]));
  await encode(encoder, deltaCounter('c', [point({ a: 2 }, 10)]), deltaGauge('g', [point({}, 5)]));
  const { snapshot } = await encoder.encode({ ...collected(), time: 5000 });
  t.deepEqual(
    [...read(snapshot)].map(([text, numbers]) => [text, numbers[SCALAR_VALUE]]),
    [
      ['{"a":1}', 2],
      ['{"a":2}', 13],
    ],
  );
  t.is(valueOf(snapshot, '{}', 1), 5);
  t.is(familyOf(snapshot).aggregationTemporality, 1);
  t.deepEqual(familyOf(snapshot).endTime, [5, 0]);
  t.is(snapshot.stats.series, 3);
});

test('a series is the same in whatever order its attributes come, and keeps the first order', async (t) => {
  const encoder = newEncoder();
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, `,"${i}`]));
  const odd = { a: [1, '}', { b: '"' }], 'c,d': 'ü\\', e: 'x' };
  for (const one of [{ x: '1', y: true, z: 2 }, odd, many]) {
    await encode(encoder, deltaCounter('c', [point(one, 1)]));
    const reversed = Object.fromEntries(Object.entries(one).reverse());
    const snapshot = await encode(encoder, deltaCounter('c', [point(reversed, 2)]));
    t.is(valueOf(snapshot, JSON.stringify(one)), 3);
  }
  const other = await encode(encoder, deltaCounter('c', [point({ y: '1', x: true, z: 2 }, 9)]));
  t.is(valueOf(other, '{"y":"1","x":true,"z":2}'), 9, 'of the same values at other keys');
  t.is(read(other).size, 4);
});

test('data points of the same attributes in one collection are added to one series', async (t) => {
  const twice = [point({ a: 1, b: 2 }, 2), point({ b: 2, a: 1 }, 5)];
  const snapshot = await encode(newEncoder(), deltaCounter('c', twice), deltaGauge('g', twice));
  t.is(valueOf(snapshot, '{"a":1,"b":2}'), 7);
  t.is(valueOf(snapshot, '{"a":1,"b":2}', 1), 5);
});

test('two metrics of one family in one collection are added, and another descriptor object is no other family', async (t) => {
  const encoder = newEncoder();
  const first = await encode(encoder, deltaCounter('c', [point({}, 1)]), deltaCounter('c', [point({}, 2)]));
  const second = await encode(encoder, deltaCounter('c', [point({}, 4)]));
  t.is(second.scopes[0]?.families.length, 1);
  t.is(valueOf(second, '{}'), 7);
  t.is(familyOf(first).descriptor, familyOf(second).descriptor);
  t.is(familyOf(first).pages, familyOf(second).pages);
});

test('a histogram keeps the lowest and highest value of all intervals, and the start of the first', async (t) => {
  const encoder = newEncoder();
  await encode(encoder, deltaHistogram('h', [point({}, seen(1, 3), [100, 0])]));
  const snapshot = await encode(encoder, deltaHistogram('h', [point({}, seen(2, 2), [200, 0])]));
  t.deepEqual(read(snapshot).get('{}')?.slice(0, 9), [100e6, 4, 8, 1, 3, 1, 2, 1, 0]);
});

test('an interval without a lowest and highest value leaves those before', async (t) => {
  const encoder = newEncoder();
  const without = { ...seen(2), min: undefined, max: undefined };
  await encode(encoder, deltaHistogram('h', [point({ a: 1 }, seen(1, 3)), point({ a: 2 }, without)]));
  const snapshot = await encode(encoder, deltaHistogram('h', [point({ a: 1 }, without), point({ a: 2 }, seen(2, 3))]));
  t.deepEqual(read(snapshot).get('{"a":1}')?.slice(1, 9), [3, 6, 1, 3, 1, 1, 1, 0]);
  t.deepEqual(read(snapshot).get('{"a":2}')?.slice(1, 9), [3, 7, 2, 3, 0, 2, 1, 0]);
  t.is(familyOf(snapshot).order?.length, 2);
  t.is(read(snapshot).get('{"a":2}')?.[MIN], 2);
  t.is(read(snapshot).get('{"a":2}')?.[MAX], 3);
});

test('a histogram with other bounds begins anew', async (t) => {
  const encoder = newEncoder();
  await encode(encoder, deltaHistogram('h', [point({}, seen(1), [100, 0])]));
  const other = { buckets: { boundaries: [7], counts: [1, 1] }, count: 2, sum: 9, min: 1, max: 8 };
  const snapshot = await encode(encoder, deltaHistogram('h', [point({}, other, [200, 0])]));
  t.deepEqual(read(snapshot).get('{}')?.slice(0, 7), [200e6, 2, 9, 1, 8, 1, 1]);
  t.is(snapshot.stats.series, 1);
});

test('a malformed data point is left out by itself, and named', async (t) => {
  const encoder = newEncoder();
  const throwing = Object.defineProperty({}, 'a', { enumerable: true, get: () => raise('no attributes') });
  await encode(encoder, deltaCounter('c', [point({ a: 1 }, 1), point({ a: 2 }, 1)]));
  const points = [
    point({ a: 1 }, '5'),
    point(throwing, 1),
    null as never,
    point({ a: 3 }, 1, [] as never),
    point({ a: 2 }, 4),
  ];
  const broken = { ...seen(1), buckets: { boundaries: [1, 2, 3], counts: [1, 0, 'x', 0] } };
  const metrics = [deltaCounter('c', points), deltaHistogram('h', [point({}, seen(1)), point({}, broken)])];
  const { snapshot, problems } = await encoder.encode(collected(...metrics));
  t.deepEqual([valueOf(snapshot, '{"a":1}'), valueOf(snapshot, '{"a":2}'), read(snapshot).size], [1, 5, 2]);
  t.deepEqual(read(snapshot, 1).get('{}')?.slice(1, 3), [1, 1]);
  t.is(problems.length, 5);
  t.is(problems[0], 'a data point of metric "c" is malformed and left out: value is of type string, expected a number');
  t.is(snapshot.stats.droppedSeries, 5);
});

test('series beyond the limit are counted in each collection, and known ones go on', async (t) => {
  const encoder = newEncoder(2);
  const points = series(3).map((one) => point(one, 1));
  t.is((await encoder.encode(collected(deltaCounter('c', points)))).leftOut, 1);
  const again = await encoder.encode(collected(deltaCounter('c', points)));
  t.is(again.leftOut, 1);
  t.is((await encoder.encode(collected())).leftOut, 0);
  t.deepEqual(
    [...read(again.snapshot).values()].map((numbers) => numbers[SCALAR_VALUE]),
    [2, 2],
  );
});

test('families and scopes stay where they first were, with cumulative ones between them', async (t) => {
  const encoder = newEncoder();
  const scoped = (name: string, ...metrics: object[]) => ({ scope: { name }, metrics });
  const names = async (...scopeMetrics: object[]) => {
    const { snapshot } = await encoder.encode({
      ...collected(),
      data: { resource: { attributes: {} }, scopeMetrics } as never,
    });
    return snapshot.scopes.map(({ scope, families }) => [
      scope.name,
      ...families.map(({ descriptor }) => descriptor.name),
    ]);
  };
  const [a, b, c] = ['a', 'b', 'c'].map((name) => deltaCounter(name, [point({}, 1)])) as [object, object, object];
  const copied = counter('copied', [point({}, 1)]);
  t.deepEqual(await names(scoped('x', a, copied, b), scoped('y', c)), [
    ['x', 'a', 'copied', 'b'],
    ['y', 'c'],
  ]);
  t.deepEqual(await names(scoped('y', c), scoped('x', b, copied)), [
    ['x', 'a', 'copied', 'b'],
    ['y', 'c'],
  ]);
  t.deepEqual(await names(scoped('z', a)), [
    ['x', 'a', 'b'],
    ['y', 'c'],
    ['z', 'a'],
  ]);
  t.deepEqual(await names(), [
    ['x', 'a', 'b'],
    ['y', 'c'],
    ['z', 'a'],
  ]);
});

for (const sdk of SDKS) {
  test(`${sdk}: an attributes object that the app changes and uses again is another series`, async (t) => {
    const { meter, collect } = startSdk(sdk, 0);
    const encoder = newEncoder();
    const requests = meter.createCounter('requests');
    const own = { route: 'a' };
    let snapshot;
    for (const route of ['a', 'b', 'a']) {
      own.route = route;
      requests.add(1, own);
      snapshot = (await encoder.encode({ ...collected(), data: await collect() })).snapshot;
    }
    t.deepEqual(
      [...read(snapshot as never)].map(([text, numbers]) => [text, numbers[SCALAR_VALUE]]),
      [
        ['{"route":"a"}', 2],
        ['{"route":"b"}', 1],
      ],
    );
  });
}

test('the previous column has the start times and numbers of the snapshot before', async (t) => {
  const encoder = newEncoder();
  await encode(encoder, deltaCounter('c', [point({ a: 1 }, 1, [50, 0])]));
  const snapshot = await encode(encoder, deltaCounter('c', [point({ a: 1 }, 5, [60, 0]), point({ a: 2 }, 1)]));
  const before = read(snapshot, 0, snapshot.previous?.values);
  t.deepEqual(before.get('{"a":1}'), [50e6, 1]);
  t.true(Number.isNaN(before.get('{"a":2}')?.[START] ?? Number.NaN));
});

function raise(message: string): never {
  throw new Error(message);
}
