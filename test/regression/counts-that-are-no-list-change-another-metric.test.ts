/** Counts of a histogram that are no list, or another one each time, were written into the numbers of another metric. */
import test from 'ava';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { collected, counter, histogram, point, read } from '../core/encoder/collections';

const histogramOf = (counts: unknown): unknown => ({ buckets: { boundaries: [1, 2], counts }, count: 6, sum: 9 });

test('the values of a series that is known are checked as those of a new one', async (t) => {
  const attributes = { a: 1 };
  const counts = [1, 2, 3];
  for (const value of [undefined, '5', {}, 1n, null]) {
    const encoder = new SnapshotEncoder({ maxSeries: 1000 });
    const next = (c: unknown, h: unknown, last: unknown) =>
      encoder.encode(
        collected(
          counter('c', [point(attributes, c)]),
          histogram('h', [point(attributes, h)]),
          counter('last', [point(attributes, last)]),
        ),
      );
    for (let i = 0; i < 2; i++) t.is((await next(1, histogramOf(counts), 7)).malformed, 0);
    const odd = await next(value, histogramOf([1, value, 3]), 8);
    t.deepEqual([odd.malformed, odd.snapshot.stats.series, odd.snapshot.stats.droppedSeries], [2, 1, 2]);
    t.is(read(odd.snapshot).get('{"a":1}')?.[1], 8);
    // Longer than the one before: it reaches into the numbers of the next series.
    const long = await next(1, histogramOf(Object.assign([1, 2, 3], { 3: 99, 4: 99, 5: 99 })), 9);
    t.is(long.malformed, 1);
    t.is(read(long.snapshot, 1).get('{"a":1}')?.[1], 9);
  }
});

test('a list of counts that is another one each time it is read changes no other metric', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  let reads = 0;
  const odd = {
    count: 6,
    buckets: {
      boundaries: [1, 2],
      get counts() {
        return new Array<number>(reads++ % 3 === 2 ? 40 : 3).fill(1);
      },
    },
  };
  const attributes = { a: 1 };
  for (let i = 1; i < 12; i++) {
    const metrics = [histogram('odd', [point(attributes, odd)]), counter('c', [point(attributes, i)])];
    // Afterwards the metric whose numbers stand behind those of the odd one is written before it.
    const { snapshot } = await encoder.encode(collected(...(i === 1 ? metrics : metrics.reverse())));
    const families = snapshot.scopes[0]?.families ?? [];
    const index = families.findIndex(({ descriptor }) => descriptor.name === 'c');
    t.is(read(snapshot, index).get('{"a":1}')?.[1], i);
  }
});
