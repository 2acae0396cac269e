/** Histograms over the lives of instances: explicit bounds, and exponential ones. */
import test from 'ava';
import * as fc from '../../../../../test/support/properties';
import type { LabelledSnapshot } from '../../../../protocol/render';
import {
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_POSITIVE_LENGTH,
  EXP_SCALE,
  type ExponentialLayout,
} from '../../../../../core/snapshot';
import { histogram, point } from '../../../../../test/core/encoder/collections';
import { at, Cluster, familiesOf, Instance, numbersOf } from '../merged-instances';

const of = (counts: readonly number[], sum: number, boundaries = [1, 2], start = 1) => {
  const count = counts.reduce((total, one) => total + one, 0);
  return point({}, { buckets: { boundaries, counts }, count, sum, min: 0, max: 3 }, at(start));
};

test('histograms are summed bucket by bucket, and stay when a run ends', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const first = cluster.merge([
    await a.answer(histogram('h', [of([1, 2, 3], 10)])),
    await b.answer(histogram('h', [of([4, 0, 1], 2.5)])),
  ]);
  t.deepEqual(numbersOf(first).get('h {}'), [11, 12.5, 0, 0, 5, 2, 4]);
  const { layout } = familiesOf(first.snapshot)[0]!.pages[0]!.page;
  t.deepEqual(layout, { kind: 'histogram', bounds: [1, 2], buckets: 3, sum: true, min: false, max: false });
  const second = cluster.merge([await b.answer(histogram('h', [of([1, 0, 0], 0.5, [1, 2], 2)]))]);
  t.deepEqual(numbersOf(second).get('h {}'), [12, 13, 0, 0, 6, 2, 4]);
});

test('a bucket that has fallen tells a reset, even where the count has not', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  cluster.merge([await a.answer(histogram('h', [of([3, 0, 0], 1)]))]);
  const part = cluster.merge([await a.answer(histogram('h', [of([1, 0, 4], 9)]))]);
  t.deepEqual(numbersOf(part).get('h {}'), [8, 10, 0, 0, 4, 0, 4]);
});

test('a sum that becomes NaN leaves the sum before it', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  cluster.merge([await a.answer(histogram('h', [of([3, 0, 0], 1)]))]);
  const part = cluster.merge([await a.answer(histogram('h', [of([4, 0, 0], NaN)]))]);
  t.deepEqual(numbersOf(part).get('h {}')?.slice(0, 2), [4, 1]);
});

test('bounds whose series are on a page but not present are left out', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  await a.answer(histogram('h', [of([1, 2, 3], 10)]));
  const wide = histogram('h', [of([1, 1], 5, [10])]);
  for (let round = 0; round < 3; round++) {
    const { snapshots, warnings } = cluster.absorb([await a.answer(wide)]);
    t.deepEqual([...numbersOf(snapshots[0]!)], [['h {}', [2, 5, 0, 0, 1, 1]]]);
    t.deepEqual(warnings, []);
    cluster.loseWorker();
  }
});

test('a sum goes on where the run that started last has none', async (t) => {
  const cluster = new Cluster();
  const without = point({}, { buckets: { boundaries: [1, 2], counts: [1, 0, 0] }, count: 1 }, at(1));
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const first = await a.answer(histogram('h', [of([1, 2, 3], 10)]));
  const part = cluster.merge([first, await b.answer(histogram('h', [without]))]);
  t.deepEqual(
    [...numbersOf(part)].map(([name, [count]]) => [name, count]),
    [['h {}', 7]],
  );
  t.deepEqual(
    numbersOf(cluster.merge([await new Instance(2, 'c').answer(histogram('h', [of([1, 0, 0], 5)]))])).get('h {}'),
    [8, 15, 0, 0, 3, 2, 3],
  );
});

interface Buckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

const NONE: Buckets = { offset: 0, bucketCounts: [] };

const exponential = (scale: number, positive: Buckets, negative: Buckets, zeroCount: number, start: number) => {
  const count = [...positive.bucketCounts, ...negative.bucketCounts].reduce((sum, one) => sum + one, zeroCount);
  return histogram('e', [point({}, { count, sum: 1, scale, zeroCount, positive, negative }, at(start))], 1);
};

/** Counts that are not 0 by index of the bucket, of both signs. */
function bucketsOf(part: ReturnType<Cluster['merge']>) {
  const { positive } = familiesOf(part.snapshot)[0]!.pages[0]!.page.layout as ExponentialLayout;
  const numbers = [NaN, ...numbersOf(part).get('e {}')!];
  const sign = (length: number, from: number) =>
    Object.fromEntries(
      Array.from({ length: numbers[length]! }, (_, i): [number, number] => [
        numbers[length - 1]! + i,
        numbers[from + i]!,
      ]).filter(([, count]) => count > 0),
    );
  return {
    scale: numbers[EXP_SCALE]!,
    count: numbers[1],
    zeroCount: numbers[6],
    positive: sign(EXP_POSITIVE_LENGTH, EXP_BUCKETS),
    negative: sign(EXP_NEGATIVE_LENGTH, EXP_BUCKETS + positive),
  };
}

test('exponential histograms of several scales are added at the lowest', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const part = cluster.merge([
    await a.answer(exponential(1, { offset: -3, bucketCounts: [1, 2, 3, 4, 5] }, NONE, 1, 1)),
    await b.answer(exponential(0, { offset: -1, bucketCounts: [10, 20] }, { offset: 7, bucketCounts: [6] }, 2, 1)),
  ]);
  t.deepEqual(bucketsOf(part), {
    scale: 0,
    count: 54,
    zeroCount: 3,
    positive: { '-2': 1, '-1': 15, '0': 29 },
    negative: { '7': 6 },
  });
});

test('an exponential histogram without observations does not cost the others their scale', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const part = cluster.merge([
    await a.answer(exponential(-5, { offset: 3, bucketCounts: [0, 0] }, NONE, 4, 1)),
    await b.answer(exponential(6, { offset: 3, bucketCounts: [1] }, NONE, 0, 1)),
  ]);
  t.like(bucketsOf(part), { scale: 6, zeroCount: 4, positive: { '3': 1 } });
});

const buckets = fc.record({
  offset: fc.integer({ min: -200, max: 200 }),
  bucketCounts: fc.array(fc.nat({ max: 9 }), { maxLength: 300 }),
});
const lives = fc.array(
  fc.record({
    scale: fc.integer({ min: -3, max: 8 }),
    positive: buckets,
    negative: fc.oneof({ weight: 2, arbitrary: fc.constant(NONE) }, { weight: 1, arbitrary: buckets }),
    zeroCount: fc.nat({ max: 9 }),
    run: fc.nat({ max: 2 }),
    worker: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

test('whatever exponential histograms come, in lives of several runs, all of their counts are in the right buckets', async (t) => {
  await fc.assert(
    fc.asyncProperty(lives, async (all) => {
      const cluster = new Cluster();
      const runs = [0, 1, 2].map((id) => new Instance(id, `run ${id}`));
      let part: LabelledSnapshot | undefined;
      for (const [start, { scale, positive, negative, zeroCount, run, worker }] of all.entries()) {
        if (worker) cluster.loseWorker();
        part = cluster.merge([await runs[run]!.answer(exponential(scale, positive, negative, zeroCount, start + 1))]);
      }
      const actual = bucketsOf(part!);
      const expected = (of: 'positive' | 'negative') => {
        const counts = new Map<number, number>();
        for (const one of all) {
          one[of].bucketCounts.forEach((count, i) => {
            const index = Math.floor((one[of].offset + i) / 2 ** (one.scale - actual.scale));
            if (count > 0) counts.set(index, (counts.get(index) ?? 0) + count);
          });
        }
        return Object.fromEntries(counts);
      };
      t.deepEqual(actual.positive, expected('positive'));
      t.deepEqual(actual.negative, expected('negative'));
      t.is(
        actual.zeroCount,
        all.reduce((sum, one) => sum + one.zeroCount, 0),
      );
      const used = [actual.positive, actual.negative].map((counts) => Object.keys(counts).map(Number));
      const scales = all.filter((one) =>
        [...one.positive.bucketCounts, ...one.negative.bucketCounts].some((n) => n > 0),
      );
      if (scales.length === 0) return;
      const lowest = Math.min(...scales.map(({ scale }) => scale));
      t.true(actual.scale <= lowest);
      // No lower than it takes: there is resolution left only where the buckets would not fit.
      if (actual.scale === lowest) return;
      const widths = used.map((indices) =>
        indices.length === 0 ? 0 : Math.max(...indices) - Math.min(...indices) + 1,
      );
      t.true(Math.max(...widths) > 80, `${widths.join()} at ${actual.scale}`);
    }),
    { numRuns: 60 },
  );
});

test('a run whose histograms do not add up adds nothing, and does not spoil what others have counted', async (t) => {
  const cluster = new Cluster();
  const [good, odd] = [new Instance(0, 'good'), new Instance(1, 'odd')];
  const value = (count: number, ...bucketCounts: number[]) => ({
    ...{ count, sum: 1, scale: 0, zeroCount: 0 },
    ...{ positive: { offset: 0, bucketCounts }, negative: { offset: 0, bucketCounts: [] } },
  });
  const explicit = (count: number, ...counts: number[]) => ({ buckets: { boundaries: [1], counts }, count, sum: 1 });
  const metrics = (h: object, e: object) => [histogram('h', [point({}, h)]), histogram('e', [point({}, e)], 1)];
  const first = await good.answer(...metrics(explicit(3, 1, 2), value(3, 1, 2)));
  for (const [h, e] of [
    [explicit(9, 1, 2), value(2, 1, 2)],
    [explicit(1, 0.5, 0.5), value(1, 0.5, 0.5)],
    [explicit(1, -1, 2), value(1, -1, 2)],
  ] as const) {
    const numbers = numbersOf(cluster.merge([first, await odd.answer(...metrics(h, e))]));
    t.deepEqual(numbers.get('h {}'), [3, 1, 0, 0, 1, 2]);
    t.is(numbers.get('e {}')?.[0], 3);
  }
});
