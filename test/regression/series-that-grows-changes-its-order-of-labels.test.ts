/** A histogram that needed more buckets took the order of labels that its latest data point had. */
import test from 'ava';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { encode, point, read } from '../core/encoder/collections';
import { deltaHistogram, seen, spread } from '../core/encoder/deltas/metrics';

test('a series keeps its order of labels when it moves to another layout', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const others = { ...seen(1), buckets: { boundaries: [1], counts: [1, 0] } };
  const first = { a: 1, b: 2 };
  const later = { b: 2, a: 1 };
  await encode(
    encoder,
    deltaHistogram('e', [point(first, spread(1))], 1),
    deltaHistogram('h', [point(first, seen(1))]),
  );
  const snapshot = await encode(
    encoder,
    deltaHistogram('e', [point(later, spread(100))], 1),
    deltaHistogram('h', [point(later, others)]),
  );
  for (const index of [0, 1]) t.deepEqual([...read(snapshot, index).keys()], ['{"a":1,"b":2}']);
});
