/** One malformed metric, whatever is wrong with it, takes nothing else with it. */
import test from 'ava';
import type { HrTime } from '../../core/otel';
import { PageCache } from '../../workers/page-cache';
import { pagesOf } from '../../core/series';
import type { Snapshot } from '../../core/snapshot';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { decodeSnapshot } from '../../core/wire/decode';
import { encodeSnapshot } from '../../core/wire/encode';
import { PostedForm } from '../../src/pool/posted';
import { plainJson } from '../../workers/plain-form';
import { collected, counter, histogram, point, read } from '../core/encoder/collections';

const cyclic: Record<string, unknown> = { name: 'cyclic' };
cyclic['self'] = cyclic;

function throwing(name: string): object {
  return Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw Object.create(null); // not even an error that can be shown
    },
  });
}

const proxy = (target: object): never =>
  new Proxy(target, {
    get() {
      throw new Error('no answer');
    },
  }) as never;

const explicit = (changed: object): unknown => ({
  buckets: { boundaries: [1, 2], counts: [1, 2, 3] },
  count: 6,
  sum: 9,
  ...changed,
});
const buckets = (boundaries: unknown, counts: unknown): unknown => explicit({ buckets: { boundaries, counts } });
const one = (value: unknown): object => histogram('bad', [point({ a: 1 }, value)]);
const half = { offset: 0, bucketCounts: [1] };
const exponential = (changed: object): object => {
  const value = { count: 1, sum: 1, scale: 0, zeroCount: 0, positive: half, negative: half, ...changed };
  return histogram('bad', [point({ a: 1 }, value)], 1);
};
const described = (descriptor: unknown): object => ({ ...counter('bad', [point({ a: 1 }, 1)]), descriptor });
const timed = (startTime: unknown): object => counter('bad', [point({ a: 1 }, 1, startTime as HrTime)]);

const MALFORMED: Readonly<Record<string, unknown>> = {
  'a descriptor that throws': described(throwing('name')),
  'a unit that throws': described(Object.assign(throwing('unit'), { name: 'bad' })),
  'a descriptor that is a proxy': described(proxy({})),
  'a descriptor whose name is a BigInt': described({ name: 5n }),
  'a metric that is a proxy': proxy({}),
  'a metric that is a function': test,
  'data points that throw': Object.assign(throwing('dataPoints'), { descriptor: { name: 'bad' }, dataPointType: 3 }),
  'data points that are a proxy': counter('bad', proxy([point({}, 1)])),
  'data points that are like an array': counter('bad', { length: 1, 0: point({}, 1) } as never),
  'more data points than memory has room for': counter('bad', Object.assign([point({}, 1)], { length: 2 ** 32 - 1 })),
  'a type that is an object without prototype': { ...counter('bad', []), dataPointType: Object.create(null) as object },
  'an end time that throws': counter('bad', [
    Object.defineProperties(point({ a: 1 }, 1), Object.getOwnPropertyDescriptors(throwing('endTime'))),
  ]),
  'attributes that throw': counter('bad', [point(throwing('a') as never, 1)]),
  'a value that is a BigInt': counter('bad', [point({ a: 1 }, 1n)]),
  'a value that is undefined': counter('bad', [point({ a: 1 }, undefined)]),
  'a value that is a text': counter('bad', [point({ a: 1 }, '5')]),
  'a value that is a histogram': counter('bad', [point({ a: 1 }, explicit({}))]),
  'a histogram that is a number': one(5),
  'a histogram without boundaries': one(buckets(undefined, [1, 2, 3])),
  'counts that are a text': one(buckets([1, 2], '123')),
  'counts that are no list': one(buckets([1, 2], { length: '3' })),
  'fewer counts than buckets': one(buckets([1, 2], [1, 2])),
  'more counts than buckets': one(buckets([1, 2], [1, 2, 3, 4])),
  'a count that is a text': one(buckets([1, 2], [1, '2', 3])),
  'counts with a hole': one(buckets([1, 2], Object.assign([1], { length: 3 }))),
  'more buckets than memory has room for': one(buckets([1], { length: 2 ** 40 })),
  'boundaries in no order': one(buckets([2, 1], [1, 2, 3])),
  'the same boundary twice': one(buckets([1, 1], [1, 2, 3])),
  'boundaries that are texts': one(buckets(['1', '2'], [1, 2, 3])),
  'a sum that is an object': one(explicit({ sum: {} })),
  'an exponential histogram without a scale': exponential({ scale: undefined }),
  'an exponential histogram with half a scale': exponential({ scale: 0.5 }),
  'an exponential histogram of endless offset': exponential({ positive: { ...half, offset: Infinity } }),
  'an exponential histogram without counts': exponential({ negative: { offset: 0 } }),
  'a start time that is a date': timed(new Date(0)),
  'a start time that is a BigInt': timed([1n, 0n]),
  'a start time that is not a number': timed([NaN, 0]),
  'a start time that is cyclic': timed(cyclic),
};

const good = (step: number): object[] => [
  counter('c', [point({ a: 1 }, step), point({ a: 2 }, 2 * step)]),
  histogram('h', [point({ a: 1 }, explicit({ count: step }))]),
];

/** All that readers make of a snapshot, without what only tells who made it. */
async function rendered(snapshot: Snapshot): Promise<unknown> {
  const cache = new PageCache();
  cache.use(snapshot);
  structuredClone(await new PostedForm().of(snapshot));
  const wire = decodeSnapshot(encodeSnapshot(snapshot, []), { known: new Map() });
  const { previous } = snapshot;
  return [
    JSON.parse(plainJson(snapshot, cache)),
    JSON.parse(plainJson(wire, new PageCache())),
    [0, 1].map((index) => [...read(snapshot, index)].map(([text, [start, value]]) => [text, start, value])),
    [0, 1].map((index) => previous && [...read(snapshot, index, previous.values)].map(([, [start]]) => start)),
    [...pagesOf(snapshot)].length,
  ];
}

for (const [what, bad] of Object.entries(MALFORMED)) {
  test(`${what}: the metric is left out and named, and the others are as if they were alone`, async (t) => {
    const alone = new SnapshotEncoder({ maxSeries: 1000 });
    const beside = new SnapshotEncoder({ maxSeries: 1000 });
    for (let step = 1; step <= 4; step++) {
      const [c, h] = good(step) as [object, object];
      const expected = await alone.encode(collected(c, h));
      const { snapshot, malformed, problems, leftOut } = await beside.encode(collected(c, bad, h));
      t.deepEqual(await rendered(snapshot), await rendered(expected.snapshot), `step ${step}`);
      t.deepEqual([malformed, problems.length, leftOut], [1, 1, 0]);
      t.is(snapshot.stats.series, 3);
      t.true((problems[0] as string).length < 500, problems[0]);
    }
  });
}

test('a malformed scope or resource takes nothing else with it', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const { data, ...rest } = collected(counter('c', [point({}, 5)]));
  const scopes = [null, 5, throwing('scope'), proxy({}), { scope: null, metrics: [] }, { scope: {} }];
  const named = { scope: throwing('name'), metrics: [counter('lost', [point({}, 1)])] };
  const scopeMetrics = [...scopes, named, ...data.scopeMetrics] as never;
  const { snapshot, malformed } = await encoder.encode({
    ...rest,
    data: { resource: throwing('attributes') as never, scopeMetrics },
  });
  t.is(malformed, scopes.length + 2);
  t.deepEqual([snapshot.resource, snapshot.scopes.length], ['{}', 1]);
  t.is(read(snapshot).get('{}')?.[1], 5);
});

test('thousands of malformed metrics make a bounded number of bounded sentences', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const name = 'x'.repeat(1e4);
  const bad = Array.from({ length: 3000 }, (_, i) => counter(`${i} ${name}`, [point({}, undefined)]));
  const { malformed, problems, snapshot } = await encoder.encode(collected(...bad, counter('c', [point({}, 5)])));
  t.is(malformed, 3000);
  t.true(problems.join('\n').length < 10_000);
  t.is(snapshot.stats.series, 1);
});
