/** Runs whose histograms have different bounds, or exponential buckets: count and sum go on. */
import test from 'ava';
import { EXP_BUCKETS, EXP_POSITIVE_LENGTH, EXP_POSITIVE_OFFSET, EXP_SCALE } from '../../../../../core/snapshot';
import { histogram, point } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance, numbersOf } from '../merged-instances';
import { rereadOf, shown } from './described-runs';

const explicit = (boundaries: number[], counts: number[], sum: number) => {
  const count = counts.reduce((total, one) => total + one, 0);
  return histogram('h', [point({}, { buckets: { boundaries, counts }, count, sum }, at(1))]);
};
const exponential = (offset: number, bucketCounts: number[], sum: number, zeroCount = 0) => {
  const count = bucketCounts.reduce((total, one) => total + one, zeroCount);
  const value = { scale: 0, zeroCount, positive: { offset, bucketCounts }, negative: { offset: 0, bucketCounts: [] } };
  return histogram('h', [point({}, { ...value, count, sum }, at(1))], 1);
};

test('buckets are those of the run that started last: an old one counts where its upper bound is', async (t) => {
  const cluster = new Cluster();
  const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(2, 'c')];
  const old = await a.answer(explicit([1, 5, 10], [1, 2, 4, 8], 100));
  shown(cluster, [old]);
  const news = await b.answer(explicit([1, 7], [1, 1, 1], 10));
  const expected = { 'h_bucket le=1': 2, 'h_bucket le=7': 5, 'h_bucket le=+Inf': 18, h_count: 18, h_sum: 110 };
  for (const live of [[old, news], [news], [news]]) {
    const { samples, warnings } = shown(cluster, live, live.length === 1 ? ['a'] : []);
    t.deepEqual(samples, expected);
    t.deepEqual(warnings, [
      'App "shop": bounds of "h" differ between instances: [1,5,10] and [1,7]. The buckets are those of the instance that started last.',
    ]);
    cluster.loseWorker();
  }
  t.deepEqual(shown(cluster, [old], ['b']).samples, expected, 'the latest run is silent');
  t.deepEqual(shown(cluster, [news]).samples, expected, 'the other one has ended');
  cluster.state = rereadOf(t, cluster.state!);
  cluster.loseWorker();
  t.deepEqual(shown(cluster, [news]).samples, expected, 'the server was started anew');
  const { samples } = shown(cluster, [await c.answer(explicit([1, 5, 10], [0, 0, 0, 0], 0))]);
  t.deepEqual(samples, {
    'h_bucket le=1': 2,
    'h_bucket le=5': 4,
    'h_bucket le=10': 9,
    'h_bucket le=+Inf': 18,
    h_count: 18,
    h_sum: 110,
  });
});

test('where an explicit histogram became exponential, count and sum go on, and every count is in a bucket', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  cluster.absorb([await a.answer(explicit([-4, 0, 1, 4], [1, 2, 4, 8, 16], 100))]);
  const part = cluster.merge([await b.answer(exponential(0, [1], 1.5))]);
  const [numbers] = numbersOf(part).values();
  const of = (index: number) => numbers![index - 1]!;
  t.deepEqual([of(1), of(2)], [32, 101.5]);
  const first = EXP_BUCKETS;
  const buckets = Array.from({ length: of(EXP_POSITIVE_LENGTH) }, (_, i) => [
    of(EXP_POSITIVE_OFFSET) + i,
    of(first + i),
  ]);
  // 1 is in (0.5, 1], 4 in (2, 4], and what is above all bounds in the bucket behind that.
  t.deepEqual(
    [of(EXP_SCALE), buckets.filter(([, count]) => count! > 0)],
    [
      0,
      [
        [-1, 4],
        [0, 1],
        [1, 8],
        [2, 16],
      ],
    ],
  );
  t.is(of(6), 3, 'what is below 0 has no capacity there: it counts as zero, as does what is up to 0');
});

test('where an exponential histogram became explicit, count and sum go on, and +Inf is the count', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  shown(cluster, [await a.answer(exponential(-1, [1, 2, 4, 8], 50, 16))]);
  t.deepEqual(shown(cluster, [await b.answer(explicit([0, 3, 4], [0, 1, 0, 0], 2))]).samples, {
    ...{ 'h_bucket le=0': 16, 'h_bucket le=3': 20, 'h_bucket le=4': 24, 'h_bucket le=+Inf': 32 },
    ...{ h_count: 32, h_sum: 52 },
  });
});
