import test from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { counter, deltas, encode, familyOf, histogram, pageIds, places, point, read, series } from './collections';

const MANY = 1_000_000;

test('series that have been gone for long free their slots, and the others keep their deltas', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(2000);
  const few = all.filter((_, i) => i % 3 === 0);
  const run = (some: readonly object[], value: number) =>
    encode(
      encoder,
      counter(
        'c',
        some.map((one) => point(one as never, value)),
      ),
      counter('d', [point({}, value)]),
    );
  let snapshot = await run(all, 1);
  const before = pageIds(snapshot);
  for (let i = 2; i < 20; i++) {
    snapshot = await run(few, i * i);
    t.true(
      [...deltas(snapshot).values()].every((delta) => delta === i * i - (i - 1) * (i - 1)),
      `step ${i}`,
    );
    t.deepEqual([...deltas(snapshot, 1).values()], [i * i - (i - 1) * (i - 1)]);
    t.is(read(snapshot).size, few.length);
  }
  t.is(places(snapshot), few.length + 1);
  t.is(familyOf(snapshot).order, undefined);
  // The family that was well packed keeps its page: an asker that has it does not need it again.
  t.is(pageIds(snapshot).at(-1), before.at(-1));
  snapshot = await run(all, 400);
  t.is(deltas(snapshot).get('{"id":1}'), undefined);
  t.is(deltas(snapshot).get('{"id":3}'), 400 - 361);
});

test('endless churn stays within bounds', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  let largest = 0;
  let snapshot;
  for (let i = 0; i < 200; i++) {
    snapshot = await encode(
      encoder,
      counter(
        'c',
        series(1000, i * 100).map((one) => point(one, i)),
      ),
    );
    largest = Math.max(largest, places(snapshot));
    t.is(read(snapshot).size, 1000);
  }
  // 1,000 present, 1,000 in the ten snapshots of grace, and as many dead before packing is worth it.
  t.true(largest <= 4200, `${largest} places`);
  t.true((snapshot?.values.length ?? 0) < 8 * largest, `${snapshot?.values.length} numbers`);
});

test('one new series at a time does not make ever more pages', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(200);
  let most = 0;
  for (let i = 1; i <= all.length; i++) {
    const snapshot = await encode(
      encoder,
      counter(
        'c',
        all.slice(0, i).map((one) => point(one, i)),
      ),
    );
    most = Math.max(most, pageIds(snapshot).length);
    if (i > 1) t.is(deltas(snapshot).get('{"id":0}'), 1);
  }
  t.true(most <= 20, `${most} pages`);
});

const EXPLICIT = { buckets: { boundaries: [1], counts: [1, 2] }, count: 3, sum: 4 };
const HALF = { offset: 0, bucketCounts: [1, 2] };
const EXPONENTIAL = { count: 6, sum: 4, scale: 1, zeroCount: 0, positive: HALF, negative: HALF };

test('one new histogram at a time does not make ever more pages', async (t) => {
  for (const [dataPointType, value] of [EXPLICIT, EXPONENTIAL].entries()) {
    const encoder = new SnapshotEncoder({ maxSeries: MANY });
    // Each with objects of its own, as OpenTelemetry's are.
    const all = series(60).map((one) => point(one, structuredClone(value)));
    let most = 0;
    for (let i = 1; i <= all.length; i++) {
      const snapshot = await encode(encoder, histogram('h', all.slice(0, i), dataPointType));
      most = Math.max(most, pageIds(snapshot).length);
    }
    t.true(most <= 20, `${most} pages`);
  }
});

test('metrics that come and go for good leave nothing behind', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const numbers: number[] = [];
  for (let i = 0; i < 120; i++) {
    const snapshot = await encode(
      encoder,
      counter(
        `c${i}`,
        series(4000).map((one) => point(one, i)),
      ),
    );
    numbers.push(snapshot.values.length);
  }
  t.true(Math.max(...numbers) < 4000 * 2 * 40, `${Math.max(...numbers)} numbers`);
});

test('series above the limit are left out and counted, and taken when there is room', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const all = series(1500);
  const run = (some: readonly object[]) =>
    encode(
      encoder,
      counter(
        'c',
        some.map((one) => point(one as never, 1)),
      ),
    );
  let snapshot = await run(all);
  t.deepEqual([snapshot.stats.series, snapshot.stats.droppedSeries], [1000, 500]);
  snapshot = await run(all);
  t.deepEqual([snapshot.stats.series, snapshot.stats.droppedSeries], [1000, 500]);
  t.is(places(snapshot), 1000);
  const rest = all.slice(600);
  for (let i = 0; i < 20; i++) snapshot = await run(rest);
  t.deepEqual([snapshot.stats.series, snapshot.stats.droppedSeries], [900, 0]);
  t.true(places(snapshot) <= 1000);
});

test('a snapshot that is held is not overwritten', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(10);
  const run = (value: number) =>
    encode(
      encoder,
      counter(
        'c',
        all.map((one) => point(one, value)),
      ),
    );
  await run(1);
  const held = await run(2);
  const release = encoder.hold(held);
  for (let i = 3; i < 9; i++) await run(i);
  t.is(read(held).get('{"id":0}')?.[1], 2);
  t.is(deltas(held).get('{"id":9}'), 1);
  release();
  release();
  const memory = new Set<unknown>();
  for (let i = 0; i < 8; i++) memory.add((await run(i)).values.buffer);
  t.true(memory.size <= 4);
});

test('the event loop turns while a large set is encoded', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY, sliceMs: 0 });
  const all = series(10_000);
  const counting = () => {
    const turns = { count: 0, on: true };
    const turn = (): void => {
      turns.count++;
      if (turns.on) setImmediate(turn);
    };
    setImmediate(turn);
    return turns;
  };
  for (const least of [10_000 / 64, 10_000 / 1024]) {
    const turns = counting();
    await encode(
      encoder,
      counter(
        'c',
        all.map((one) => point(one, 1)),
      ),
    );
    turns.on = false;
    t.true(turns.count >= least, `${turns.count} turns, at least ${least}`);
  }
});
