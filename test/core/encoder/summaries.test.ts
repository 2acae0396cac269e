import test from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { strideOf } from '../../../core/snapshot';
import { collected, counter, encode, familyOf, point, series, summary } from './collections';

const value = (count: number, ...values: readonly number[]): object => ({
  count,
  sum: count * 2,
  quantiles: [0.5, 0.9, 0.99].slice(0, values.length),
  values,
});

function numbers(snapshot: Awaited<ReturnType<typeof encode>>): number[][] {
  return familyOf(snapshot).pages.flatMap(({ page, base }) => {
    const stride = strideOf(page.layout);
    return Array.from({ length: page.size }, (_, i) => [
      ...snapshot.values.subarray(base + i * stride + 1, base + (i + 1) * stride),
    ]);
  });
}

test('a summary is its count, its sum, and a number per quantile, collection by collection', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const attributes = series(3);
  const collect = (count: number) =>
    encode(
      encoder,
      summary(
        's',
        attributes.map((one, i) => point(one, value(count + i, 1, NaN, count))),
      ),
    );
  t.deepEqual(numbers(await collect(1)), [
    [1, 2, 1, NaN, 1],
    [2, 4, 1, NaN, 1],
    [3, 6, 1, NaN, 1],
  ]);
  const second = await collect(5);
  t.deepEqual(numbers(second), [
    [5, 10, 1, NaN, 5],
    [6, 12, 1, NaN, 5],
    [7, 14, 1, NaN, 5],
  ]);
  t.deepEqual(familyOf(second).pages[0]?.page.layout, { kind: 'summary', quantiles: [0.5, 0.9, 0.99] });
});

test('series of one family may have different quantiles, and other ones in a later collection', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const [a, b] = series(2) as [object, object];
  const first = await encode(
    encoder,
    summary('s', [point(a as never, value(1, 1)), point(b as never, value(2, 1, 2))]),
  );
  t.deepEqual(numbers(first), [
    [1, 2, 1],
    [2, 4, 1, 2],
  ]);
  const later = await encode(
    encoder,
    summary('s', [point(a as never, value(3, 7, 8)), point(b as never, value(4, 1, 2))]),
  );
  t.is(later.stats.series, 2);
  t.deepEqual(numbers(later).slice(-2), [
    [4, 8, 1, 2],
    [3, 6, 7, 8],
  ]);
});

test('a summary that is none is left out, and told by name', async (t) => {
  const odd = [
    [{ ...value(1, 1), quantiles: [1.5] }, 'a quantile is 1.5, expected 0 to 1'],
    [{ ...value(1, 1, 2), quantiles: [0.9, 0.5] }, 'quantiles are not in ascending order'],
    [{ ...value(1, 1, 2), quantiles: [0.5, 0.5] }, 'quantiles are not in ascending order'],
    [{ ...value(1, 1), quantiles: [] }, 'there are 1 values for 0 quantiles'],
    [{ ...value(1, 1), count: '1' }, 'count is of type string, expected a number'],
    [{ ...value(1, 1), values: [null] }, 'value of a quantile is of type object, expected a number'],
    [{ count: 1, sum: 1, values: [] }, 'quantiles is no list of at most 8192 numbers'],
  ] as const;
  for (const [one, reason] of odd) {
    const encoder = new SnapshotEncoder({ maxSeries: 100 });
    const both = collected(summary('s', [point({}, one)]), counter('c', [point({}, 1)]));
    const { snapshot, problems } = await encoder.encode(both);
    t.deepEqual(problems, [`metric "s" has a malformed data point: ${reason}`]);
    t.deepEqual([snapshot.stats.series, snapshot.stats.droppedSeries], [1, 1]);
  }
});
