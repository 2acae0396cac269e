import test from 'ava';
import type { Attributes, HrTime } from '../../../core/otel';
import { COUNT, EXP_NEGATIVE_LENGTH, EXP_POSITIVE_LENGTH, SCALAR_VALUE, START } from '../../../core/snapshot';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { forEachSeries } from '../../../core/series';
import {
  collected,
  counter,
  deltas,
  encode,
  familyOf,
  histogram,
  pageIds,
  places,
  point,
  read,
  series,
} from './collections';

const MANY = 1_000_000;

test('the steady state adds no page, no order and no column', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(3000);
  const memory = new Set<unknown>();
  const ids = new Set<string>();
  for (let i = 0; i < 12; i++) {
    const snapshot = await encode(
      encoder,
      counter(
        'c',
        all.map((attributes, k) => point(attributes, i * k)),
      ),
    );
    memory.add(snapshot.values.buffer);
    ids.add(pageIds(snapshot).join());
    t.is(familyOf(snapshot).order, undefined);
    t.is(read(snapshot).get('{"id":2999}')?.[1], i * 2999);
    if (i > 0) t.is(deltas(snapshot).get('{"id":7}'), 7);
  }
  t.is(memory.size, 3);
  t.deepEqual([...ids], ['0,1,2']);
});

test('numbers go to their pages, wherever these stand and whatever the order of the series', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(3000);
  let time = 0;
  const check = async (one: readonly Attributes[], other: readonly Attributes[]): Promise<void> => {
    // From the second time on, the series stand where they stood before, and their offsets are known.
    for (let i = 0; i < 3; i++) {
      time++;
      const families = [one, other].map((some, f) =>
        some.map((attributes) => point(attributes, Number(attributes['id']) * 1000 + time + f)),
      );
      const snapshot = await encode(encoder, ...families.map((points, f) => counter(`c${f}`, points)));
      for (const [f, points] of families.entries()) {
        const expected = new Map(points.map(({ attributes, value }) => [JSON.stringify(attributes), value]));
        const numbers = new Map([...read(snapshot, f)].map(([text, [, value]]) => [text, value]));
        t.deepEqual(numbers, expected);
      }
    }
  };
  // The first family's second page is not behind its first, full one.
  await check(all.slice(0, 1024), all.slice(0, 10));
  await check(all.slice(0, 1034), all.slice(0, 10));
  await check(all.slice(500, 1034), all.slice(5, 10));
  await check(all, all.slice(0, 1500));
  const [front, back] = [all.slice(0, 1030), all.slice(1030)];
  await check([...back, ...front], all.toReversed());
  await check(
    all.filter((_, i) => i % 3 > 0),
    all.filter((_, i) => i % 1000 < 24),
  );
  await check(all, all);
});

test('new attributes objects of known content are known series', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  await encode(
    encoder,
    counter(
      'c',
      series(100).map((attributes) => point(attributes, 1)),
    ),
  );
  const snapshot = await encode(
    encoder,
    counter(
      'c',
      series(100).map((attributes) => point(attributes, 3)),
    ),
  );
  t.is(places(snapshot), 100);
  t.true([...deltas(snapshot).values()].every((delta) => delta === 2));
});

test('a series that comes, or comes back, has no previous number', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const [a, b, c] = series(3) as [object, object, object];
  const run = async (...some: object[]) =>
    deltas(
      await encode(
        encoder,
        counter(
          'c',
          some.map((one) => point(one as never, 5)),
        ),
      ),
    );
  t.deepEqual([...(await run(a, b)).values()], [undefined, undefined]);
  t.deepEqual([...(await run(a, b, c)).values()], [0, 0, undefined]);
  t.deepEqual([...(await run(a, c)).values()], [0, 0]);
  t.deepEqual([...(await run(a, b, c)).values()], [0, undefined, 0]);
  t.deepEqual(
    [...(await run(c, b, a)).entries()],
    [
      ['{"id":2}', 0],
      ['{"id":1}', 0],
      ['{"id":0}', 0],
    ],
  );
});

test('a family that comes back has no previous numbers', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const counts = [1, 2, 3];
  const value = { buckets: { boundaries: [1, 2], counts }, count: 6, sum: 1, min: 0, max: 3 };
  const one = histogram('h', [point({}, value)]);
  const other = histogram('h', [point({}, { ...value, buckets: { boundaries: [1, 2], counts: [7, 8, 9] } })]);
  await encode(encoder, one);
  await encode(encoder, other);
  await encode(encoder);
  const snapshot = await encode(encoder, other);
  t.is(read(snapshot, 0, snapshot.previous?.values).get('{}')?.[START], Number.NaN);
  t.deepEqual(read(snapshot).get('{}')?.slice(5, 8), [7, 8, 9]);
});

test('a new start time is kept to the microsecond', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const attributes = {};
  await encode(encoder, counter('c', [point(attributes, 9)]));
  const snapshot = await encode(encoder, counter('c', [point(attributes, 2, [1_795_000_050, 123_456_000])]));
  t.is(read(snapshot).get('{}')?.[START], 1_795_000_050_123_456);
});

for (const kind of ['counter', 'histogram'] as const) {
  test(`the start times of a ${kind} are right in every column, whichever series start anew or were missing`, async (t) => {
    const encoder = new SnapshotEncoder({ maxSeries: MANY });
    const starts: HrTime[] = [1, 2, 3].map((seconds) => [seconds, 0]);
    const objects = series(3);
    const value = { buckets: { boundaries: [1], counts: [1, 2] }, count: 3, sum: 1, min: 0, max: 3 };
    for (let step = 1; step <= 24; step++) {
      if (step % 6 === 0) starts[1] = [100 * step, 0];
      if (step === 15) {
        await encode(encoder);
        continue;
      }
      const points = objects.map((one, i) => point(one, kind === 'counter' ? step : value, starts[i]));
      const snapshot = await encode(encoder, kind === 'counter' ? counter('x', points) : histogram('x', points));
      const told = [...read(snapshot).values()].map((numbers) => numbers[START]);
      t.deepEqual(
        told,
        starts.map(([seconds]) => seconds * 1e6),
        `step ${step}`,
      );
    }
  });
}

test('series of one family may differ in their bounds, and change them', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const [a, b] = series(2) as [object, object];
  const value = (boundaries: number[]) => ({
    buckets: { boundaries, counts: [...boundaries, 0].map((_, i) => i) },
    count: 1,
    sum: 1,
  });
  const run = (one: number[], other: number[]) =>
    encode(encoder, histogram('h', [point(a as never, value(one)), point(b as never, value(other))]));
  let snapshot = await run([1, 2], [5]);
  t.is(familyOf(snapshot).pages.length, 2);
  snapshot = await run([1, 2], [5, 6, 7]);
  t.deepEqual(
    [...read(snapshot).values()].map((numbers) => numbers[COUNT]),
    [1, 1],
  );
  const { order, pages } = familyOf(snapshot);
  t.deepEqual([...(order ?? [])], [0, 2 << 10]);
  t.deepEqual(
    pages.map(({ page }) => page.layout.kind === 'histogram' && page.layout.bounds),
    [[1, 2], [5], [5, 6, 7]],
  );
});

test('an exponential histogram that grows takes its previous numbers along', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const run = (positive: number, negative: number) => {
    const buckets = (length: number) => ({ offset: -3, bucketCounts: Array.from({ length }, (_, i) => i + 1) });
    const value = {
      count: positive,
      sum: 1,
      scale: 2,
      zeroCount: 4,
      positive: buckets(positive),
      negative: buckets(negative),
    };
    return encode(encoder, histogram('e', [point({}, value)], 1));
  };
  await run(30, 3);
  const snapshot = await run(70, 3);
  const { base, page } = familyOf(snapshot).pages.at(-1) ?? t.fail('no page');
  t.like(page.layout, { kind: 'exponential', positive: 96, negative: 32 });
  const before = snapshot.previous?.values.subarray(base, base + 11 + 96 + 32) ?? t.fail('no previous');
  t.deepEqual([before[COUNT], before[EXP_POSITIVE_LENGTH], before[EXP_NEGATIVE_LENGTH]], [30, 30, 3]);
  t.deepEqual(
    [...before.subarray(11, 11 + 30)],
    Array.from({ length: 30 }, (_, i) => i + 1),
  );
  t.deepEqual([...before.subarray(11 + 96, 11 + 96 + 3)], [1, 2, 3]);
});

test('data points with the same attributes stay separate series', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const same = { id: 1 };
  for (let i = 0; i < 3; i++) {
    const snapshot = await encode(encoder, counter('c', [point(same, 1), point({ id: 1 }, 2), point(same, 3)]));
    const values: (number | undefined)[] = [];
    forEachSeries(familyOf(snapshot), (_page, _at, offset) => void values.push(snapshot.values[offset + SCALAR_VALUE]));
    t.deepEqual(values, [1, 2, 3]);
    t.is(places(snapshot), 3);
    const bytes = familyOf(snapshot).pages.reduce((sum, { page }) => sum + page.attributes.length, 0);
    t.is(bytes, 3 * '{"id":1}\n'.length);
  }
});

test('a malformed metric is named and left out, and nothing else is lost', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const good = counter('good', [point({}, 1)]);
  const bad = [
    null,
    { descriptor: {} },
    { ...counter('no points', []), dataPoints: 'none' },
    { ...counter('odd type', []), dataPointType: 17 },
    counter('null point', [null as never, point({}, 1)]),
    histogram('no buckets', [point({}, 5)]),
    counter('no start', [{ attributes: {}, value: 1 } as never]),
  ];
  for (let i = 0; i < 2; i++) {
    const { snapshot, problems } = await encoder.encode(collected(...bad, good));
    t.is(problems.length, bad.length);
    for (const name of ['no points', 'odd type', 'null point', 'no buckets', 'no start']) {
      t.true(
        problems.some((problem) => problem.includes(`"${name}"`)),
        name,
      );
    }
    t.deepEqual(read(snapshot).get('{}')?.[1], 1);
    t.is(snapshot.stats.series, 1);
    t.is(snapshot.stats.droppedSeries, 4);
  }
});

test('anything but ResourceMetrics is refused with a message', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  for (const data of [
    undefined,
    null,
    5,
    {},
    { resource: {}, scopeMetrics: {} },
    { resource: {}, scopeMetrics: [null] },
  ]) {
    await t.throwsAsync(encoder.encode({ ...collected(), data: data as never }), { message: /expected/ });
  }
  t.is(places(await encode(encoder, counter('c', [point({}, 1)]))), 1);
});
