/** After an explosion of labels the series limit is there for the series that live. */
import test from 'ava';
import * as fc from '../support/properties';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { collected, counter, deltas, places, point, read, series } from '../core/encoder/collections';

const LIMIT = 1000;
const points = (count: number, from: number, value: number) => series(count, from).map((one) => point(one, value));

test('new series take the place of those that have gone, in the very collection that has them', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: LIMIT });
  const take = (from: number, count: number, value: number) =>
    encoder.encode(collected(counter('stays', points(100, 0, value)), counter('c', points(count, from, value))));
  await take(0, 900, 1);
  await take(0, 900, 2);
  for (const [i, count] of [900, 900, 5, 899, 850].entries()) {
    const { snapshot, leftOut } = await take(10_000 * (i + 1), count, 3 + i);
    t.deepEqual([leftOut, snapshot.stats.series], [0, 100 + count]);
    t.is(read(snapshot, 1).size, count);
    t.deepEqual(new Set(deltas(snapshot, 0).values()), new Set([1]), 'those that stay keep their previous numbers');
    t.deepEqual(new Set(deltas(snapshot, 1).values()), new Set([undefined]));
    t.true(places(snapshot) <= LIMIT);
  }
});

test('a metric that has gone gives way to another one', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: LIMIT });
  await encoder.encode(collected(counter('exploded', points(LIMIT, 0, 1))));
  const { snapshot, leftOut } = await encoder.encode(collected(counter('other', points(LIMIT, 0, 1))));
  t.deepEqual([leftOut, snapshot.stats.series], [0, LIMIT]);
});

test('a malformed metric takes no room from others', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: LIMIT });
  for (let i = 0; i < 3; i++) {
    const { snapshot } = await encoder.encode(
      collected(counter('bad', [...points(600, 0, i), point({}, 'x')]), counter('c', points(LIMIT, 0, i))),
    );
    t.deepEqual([snapshot.stats.series, snapshot.stats.droppedSeries], [LIMIT, 601]);
    t.is(read(snapshot, (snapshot.scopes[0]?.families.length ?? 0) - 1).size, LIMIT);
  }
});

test('whichever series come and go, some are left out only where more live than the limit allows', async (t) => {
  const step = fc.record({ from: fc.nat({ max: 600 }), count: fc.nat({ max: 400 }), others: fc.nat({ max: 150 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const encoder = new SnapshotEncoder({ maxSeries: 400 });
      let last = new Set<string>();
      for (const [i, { from, count, others }] of steps.entries()) {
        const metrics = [counter('c', points(count, from, i)), counter('d', points(others, 0, i))];
        const { snapshot, leftOut } = await encoder.encode(collected(...metrics));
        const living = count + others;
        t.is(snapshot.stats.series + leftOut, living);
        if (living <= 400) t.is(leftOut, 0, `at ${i}`);
        t.true(places(snapshot) <= 400);
        const now = new Set(read(snapshot).keys());
        for (const [text, delta] of deltas(snapshot)) t.is(delta, last.has(text) ? 1 : undefined, `${text} at ${i}`);
        last = now;
      }
    }),
    { numRuns: 60, includeErrorInReport: true },
  );
});
