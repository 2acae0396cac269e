/** A data point that throws when it is read, in the middle of its family: everything else stays right. */
import test from 'ava';
import type { DataPoint } from '../../../core/otel';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import type { Snapshot } from '../../../core/snapshot';
import { collected, counter, deltas, point, read, series } from './collections';

const ALL = series(3000);

const broken = (): DataPoint => ({
  ...point({}, 0),
  get attributes(): never {
    throw new Error('it does not tell');
  },
});

const points = (from: number, end: number, value: number): DataPoint[] =>
  ALL.slice(from, end).map((one) => point(one, value));

/** The broken family's series, by where it throws: in the steady pass, behind all known series, during the look-up. */
const BREAKS: Readonly<Record<string, (value: number) => DataPoint[]>> = {
  'where series stand as they stood': (value) => [...points(0, 1500, value), broken(), ...points(1501, 2000, value)],
  'among new series': (value) => [...points(0, 2500, value), broken(), ...points(2500, 3000, value)],
  'among series that are looked up': (value) => [
    ...points(1000, 2000, value).map((one) => ({ ...one, attributes: { ...one.attributes } })),
    broken(),
    ...points(0, 1000, value),
  ],
};

const valuesOf = (snapshot: Snapshot, family: number): Set<number | undefined> =>
  new Set([...read(snapshot, family).values()].map(([, value]) => value));

for (const [where, breaking] of Object.entries(BREAKS)) {
  test(`a throw in the middle of a family, ${where}, leaves the others and the next collection right`, async (t) => {
    const encoder = new SnapshotEncoder({ maxSeries: 100_000 });
    const take = async (b: DataPoint[], value: number) =>
      encoder.encode(
        collected(
          counter('a', points(0, 1000 + 10 * value, value)),
          counter('b', b),
          counter('c', points(0, 2000, value)),
        ),
      );
    await take(points(0, 2000, 1), 1);
    const before = await take(points(0, 2000, 2), 2);
    const release = encoder.hold(before.snapshot);
    const failed = await take(breaking(3), 3);
    t.is(failed.problems.length, 1);
    t.regex(failed.problems[0] ?? '', /"b".*it does not tell/);
    t.deepEqual([valuesOf(failed.snapshot, 0), valuesOf(failed.snapshot, 1)], [new Set([3]), new Set([3])]);
    t.deepEqual([read(failed.snapshot, 0).size, read(failed.snapshot, 1).size], [1030, 2000]);
    t.deepEqual(new Set(deltas(failed.snapshot, 1).values()), new Set([1]));
    t.is(failed.snapshot.stats.series, 3030);

    const { snapshot, problems } = await take(points(0, 2000, 4), 4);
    t.deepEqual(problems, []);
    for (const [family, size] of [1040, 2000, 2000].entries()) {
      t.deepEqual([read(snapshot, family).size, valuesOf(snapshot, family)], [size, new Set([4])], `family ${family}`);
    }
    t.deepEqual(new Set(deltas(snapshot, 2).values()), new Set([1]));
    t.deepEqual(new Set(deltas(snapshot, 1).values()), new Set([undefined]), 'it is a new family');
    for (const family of [0, 1, 2]) t.deepEqual(valuesOf(before.snapshot, family), new Set([2]), 'held');
    release();
  });
}
