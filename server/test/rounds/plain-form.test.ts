import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import * as fc from '../../../test/support/properties';
import type { ResourceMetrics } from '../../../core/otel';
import type { Snapshot } from '../../../core/snapshot';
import { PlainEncoder } from '../../src/rounds/messages/plain-encoder';
import { collectedAt } from '../../src/rounds/messages/plain-form';
import { PageCache } from '../../../workers/page-cache';
import { plainJson } from '../../../workers/plain-form';
import { collected, counter, histogram, point, read, series } from '../../../test/core/encoder/collections';
import { render, SERIALIZERS } from '../../../test/support/rendered';

const LIMITS = { maxDataPoints: 1000, maxNumbers: 100_000 };

const encoder = (): PlainEncoder => new PlainEncoder(1000, LIMITS);
const encode = async (data: unknown, into = encoder()): Promise<Snapshot> =>
  (await into.encode(data as object, 1)).snapshot;
const plain = (...metrics: unknown[]): unknown => JSON.parse(JSON.stringify(collected(...metrics).data));

function toJson(snapshot: Snapshot): ResourceMetrics {
  const pages = new PageCache();
  pages.use(snapshot);
  return JSON.parse(plainJson(snapshot, pages)) as ResourceMetrics;
}

for (const file of ['resource-metrics-otel1.json', 'resource-metrics-otel2.json']) {
  test(`what a real server answers is rendered as if it had been here: ${file}`, async (t) => {
    const text = readFileSync(join(__dirname, '../../../test/fixtures', file), 'utf8');
    const original = JSON.parse(text) as ResourceMetrics;
    const snapshot = await encode(JSON.parse(text));
    for (const serializer of SERIALIZERS) t.is(render(serializer, toJson(snapshot)), render(serializer, original));
    t.true(snapshot.time > 1.6e12 && snapshot.time === collectedAt(original));
  });
}

test('what JSON has made of special numbers becomes these numbers again', async (t) => {
  const values = [1.5, NaN, '+Inf', '-Inf', 'NaN', null, 'text', {}];
  const points = values.map((value, i) => point({ i }, value));
  const snapshot = await encode(plain(counter('c', points)));
  t.deepEqual(
    [...read(snapshot).values()].map(([, value]) => value),
    [1.5, NaN, Infinity, -Infinity, NaN, NaN, NaN, NaN],
  );
  const buckets = { boundaries: [0, '+Inf'], counts: [1, 2, null] };
  const odd = await encode(plain(histogram('h', [point({}, { buckets, count: 3, sum: null, min: '-Inf' })])));
  const [numbers] = [...read(odd).values()] as [number[]];
  t.deepEqual(numbers.slice(1, 8), [3, NaN, -Infinity, 0, 1, 2, NaN]);
  t.like(odd.scopes[0]?.families[0]?.pages[0]?.page.layout, {
    bounds: [0, Infinity],
    sum: true,
    min: true,
    max: false,
  });
});

test('snapshots of one instance share their pages, and are never written again', async (t) => {
  const into = encoder();
  const snapshots: Snapshot[] = [];
  for (let i = 1; i <= 6; i++) snapshots.push(await encode(plain(counter('c', [point({ a: 1 }, i)])), into));
  t.deepEqual(
    snapshots.map((snapshot) => [...read(snapshot).values()][0]?.[1]),
    [1, 2, 3, 4, 5, 6],
  );
  t.is(new Set(snapshots.map(({ scopes }) => scopes[0]?.families[0]?.pages[0]?.page)).size, 1);
  t.deepEqual(
    snapshots.map(({ generation }) => generation),
    [1, 2, 3, 4, 5, 6],
  );
});

test('the times of its collection and of its start are those of its data points', async (t) => {
  const data = plain(
    counter('c', [point({}, 1, [1_795_000_000, 5e8])]),
    counter('d', [point({}, 1, [1_794_000_000, 0])]),
  );
  const { snapshot, since } = await encoder().encode(data as object, 1);
  t.is(snapshot.time, 1_795_000_100_000);
  t.is(since, 1_794_000_000_000);
  t.is((await encode(plain())).time, 1);
});

test('more than allowed is refused before any room is taken for it', async (t) => {
  const many = series(1001).map((attributes) => point(attributes, 1));
  await t.throwsAsync(encode(plain(counter('c', many))), { code: 'TOO_LARGE', message: /1000 data points/ });
  const wide = { buckets: { boundaries: Array<number>(2000).fill(0), counts: [] }, count: 0 };
  const small = { buckets: { boundaries: [], counts: Array<number>(60_000).fill(0) }, count: 0 };
  for (const values of [Array<object>(60).fill(wide), [small, ...Array<object>(10).fill({})]]) {
    const points = values.map((value, i) => point({ i }, value));
    await t.throwsAsync(encode(plain(histogram('h', points))), { code: 'TOO_LARGE', message: /buckets/ });
  }
});

test('a malformed metric is left out, and the others stay', async (t) => {
  const lists = [undefined, 7, {}, { length: 1e12 }, 'text'];
  const malformed = lists.flatMap((list, i) => [
    histogram(`h${i}`, [point({}, { buckets: { boundaries: list, counts: [1] }, count: 1 })]),
    histogram(`g${i}`, [point({}, { buckets: { boundaries: [], counts: list }, count: 1 })]),
    histogram(`e${i}`, [point({}, { positive: { bucketCounts: list }, negative: { bucketCounts: [] }, count: 1 })], 1),
  ]);
  const odd = [null, 7, { descriptor: { name: 1 } }, { descriptor: { name: 'x' }, dataPointType: 9, dataPoints: [] }];
  const noStart = { ...point({ a: 2 }, 5), startTime: 'never' as never };
  const snapshot = await encode(plain(...malformed, ...odd, counter('good', [point({ a: 1 }, 4), noStart])));
  t.deepEqual(
    snapshot.scopes[0]?.families.map(({ descriptor }) => descriptor.name),
    ['good'],
  );
  t.deepEqual(
    [...read(snapshot).values()].map(([start, value]) => [Number.isFinite(start), value]),
    [
      [true, 4],
      [true, 5],
    ],
  );
  await t.throwsAsync(encode({ resource: {}, scopeMetrics: 1 }), { code: 'MALFORMED' });
});

test('any data ends as a snapshot or as an error', async (t) => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const metric = fc.record({
    descriptor: fc.oneof(fc.record({ name: fc.string(), unit: json }), json),
    dataPointType: fc.oneof(fc.nat(4), json),
    dataPoints: fc.oneof(
      fc.array(fc.record({ attributes: json, startTime: json, endTime: json, value: json }, { requiredKeys: [] })),
      json,
    ),
  });
  const data = fc.record({
    resource: fc.oneof(fc.record({ attributes: json }), json),
    scopeMetrics: fc.array(fc.record({ scope: fc.oneof(fc.record({ name: json }), json), metrics: fc.array(metric) })),
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(data, json), async (any) => {
      const copy = JSON.parse(JSON.stringify(any)) as object;
      const encoded = await encoder()
        .encode(copy, 1)
        .catch((error: unknown) => error);
      t.true(encoded instanceof Error || toJson((encoded as { snapshot: Snapshot }).snapshot).scopeMetrics.length >= 0);
    }),
    { numRuns: 200 },
  );
  t.false('polluted' in {});
});
