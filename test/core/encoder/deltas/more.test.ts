/** Deltas of which only the first data points are there, and the others are made when they are read. */
import test from 'ava';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import type { DataPoint, MadePoints, MorePoints } from '../../../../core/otel';
import { SCALAR_VALUE } from '../../../../core/snapshot';
import { collected, counter, encode, point, read } from '../collections';
import { deltaCounter } from './metrics';

const points = (from: number, count: number): DataPoint[] =>
  Array.from({ length: count }, (_, i) => point({ id: from + i }, 1));

/** @param batches makes them, each time they are read */
function deltasWith(first: readonly DataPoint[], batches: () => Iterator<MadePoints>, count = 1000): object {
  const more: MorePoints = { count, read: batches };
  return { ...deltaCounter('c', first), more };
}

function* batchesOf(from: number, sizes: readonly number[]): Generator<MadePoints> {
  let next = from;
  for (const size of sizes) {
    yield { dataPoints: points(next, size) };
    next += size;
  }
}

const valuesOf = (...args: Parameters<typeof read>): Record<string, unknown> =>
  Object.fromEntries([...read(...args)].map(([text, numbers]) => [text, numbers[SCALAR_VALUE]]));
const expected = (count: number, value: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, id) => [`{"id":${id}}`, value]));

test('batches of any size are added behind the first data points, each time', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  for (const round of [1, 2, 3]) {
    const metric = deltasWith(points(0, 128), () => batchesOf(128, [1, 0, 300, 128, 43]), 472);
    t.deepEqual(valuesOf(await encode(encoder, metric)), expected(600, round));
  }
});

test('what was read of a collection that is encoded again is read from its beginning', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 700 });
  const copied = (from: number): object => counter('copied', points(from, 500));
  await encode(encoder, deltaCounter('c', points(0, 1)), copied(0));
  let reads = 0;
  const batches = (): Iterator<MadePoints> => {
    reads++;
    return batchesOf(100, [64, 36]);
  };
  // The series that were copied before give way to those that are new.
  const { snapshot, leftOut } = await encoder.encode(collected(deltasWith(points(0, 100), batches, 100), copied(1000)));
  t.is(leftOut, 0);
  t.is(reads, 2);
  t.deepEqual(valuesOf(snapshot), { ...expected(200, 1), '{"id":0}': 2 });
});

test('where making a batch fails, the others and all other metrics are there, and it is told', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  const fails = function* (): Generator<MadePoints> {
    yield* batchesOf(10, [10]);
    throw new Error('no such aggregation');
  };
  const { snapshot, problems, malformed } = await encoder.encode(
    collected(deltasWith(points(0, 10), fails), deltaCounter('d', points(0, 3))),
  );
  t.deepEqual(valuesOf(snapshot), expected(20, 1));
  t.deepEqual(valuesOf(snapshot, 1), expected(3, 1));
  t.is(malformed, 1);
  t.regex(problems[0] ?? '', /metric "c" .*no such aggregation/);
});

test('what is none of it is not looked at', async (t) => {
  for (const more of [null, 1, 'more', {}, { count: 1 }, { count: NaN, read: () => batchesOf(1, [1]) }, { read: 1 }]) {
    const encoder = new SnapshotEncoder({ maxSeries: 10 });
    t.deepEqual(valuesOf(await encode(encoder, { ...deltaCounter('c', points(0, 1)), more })), expected(1, 1));
  }
});
