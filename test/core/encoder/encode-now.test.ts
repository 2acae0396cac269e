import test from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { collected, counter, encode, point, read, series } from './collections';

const attributes = series(5000);

function at(value: number): ReturnType<typeof collected> {
  return collected(
    counter(
      'requests',
      attributes.map((one) => point(one, value)),
    ),
  );
}

test('a collection is encoded without a turn of the event loop', (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  const { snapshot } = encoder.encodeNow(at(1));
  t.is(snapshot.generation, 1);
  t.is(snapshot.stats.series, 5000);
  t.is(encoder.encodeNow(at(2)).snapshot.previous?.values.length, snapshot.values.subarray(0, 10_000).length);
});

test('an encoding that is under way is finished first, and its promise has its own snapshot', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000, sliceMs: 0 });
  await encoder.encode(at(1));
  for (const turns of [0, 1, 5]) {
    const underWay = encoder.encode(at(10 + turns));
    for (let i = 0; i < turns; i++) await new Promise(setImmediate);
    const { snapshot } = encoder.encodeNow(at(20 + turns));
    const earlier = (await underWay).snapshot;
    t.is(earlier.generation + 1, snapshot.generation);
    t.is(read(earlier).get('{"id":4999}')?.[1], 10 + turns);
    t.is(read(snapshot).get('{"id":4999}')?.[1], 20 + turns);
  }
});

test('an encoding under way that fails does not keep the next one from being encoded', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  const underWay = encoder.encode({ ...at(1), data: 5 as never });
  t.is(encoder.encodeNow(at(2)).snapshot.generation, 1);
  await t.throwsAsync(underWay, { instanceOf: TypeError });
  t.is((await encode(encoder, counter('requests', [point({}, 1)]))).generation, 2);
});
