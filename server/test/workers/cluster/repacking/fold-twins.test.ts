/** Deploys that describe a series in a new way each time: the state does not grow with them, and no sum falls. */
import test from 'ava';
import { HISTOGRAM_BUCKETS } from '../../../../../core/snapshot';
import { counter, histogram, point } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance, familiesOf, numbersOf } from '../merged-instances';

const MAX_ENDED = 16;

const latency = (bounds: number[], count: number, sum: number) => {
  const counts = [...bounds.map(() => 0), count];
  return histogram('latency', [point({}, { buckets: { boundaries: bounds, counts }, count, sum }, at(1))]);
};
const orders = (version: string, value: number) => ({
  ...counter('orders', [point({ code: 200 }, value, at(1))]),
  descriptor: { name: 'orders', description: '', unit: version, type: 'COUNTER', valueType: 1 },
});

/** Count and sum of the one series of the family that is shown; a counter has its value in place of the count. */
function shownOf(part: ReturnType<Cluster['merge']>, name: string): number[] {
  const series = [...numbersOf(part)].filter(([key]) => key.includes(name)).map(([, numbers]) => numbers);
  return series.length === 1 ? series[0]!.slice(0, 2) : [];
}

test('over a thousand deploys with new bounds the state does not grow, and count and sum do not fall', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: MAX_ENDED });
  let most = 0;
  let before = [0, 0];
  for (let deploy = 1; deploy <= 1000; deploy++) {
    const instance = new Instance(0, `run ${deploy}`);
    const part = cluster.merge([await instance.answer(latency([1, 1 + deploy], 2, 0.1))]);
    const [count, sum] = shownOf(part, 'latency') as [number, number];
    if (count !== 2 * deploy || sum < before[1]!) t.fail(`${count} and ${sum} after ${before.join()}`);
    before = [count, sum];
    most = Math.max(most, cluster.state!.gone.length);
    if (deploy % 100 === 0) cluster.loseWorker();
  }
  t.true(Math.abs(before[1]! - 100) < 1e-6);
  // Two more: the run that lives, and the one that has just ended.
  t.true(most <= MAX_ENDED + 2, `${most} series`);
});

test('nor does it grow with new kinds of description of a counter, whose sum is exact', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: MAX_ENDED });
  const kinds = ['COUNTER', 'OBSERVABLE_COUNTER'];
  let most = 0;
  for (let deploy = 1; deploy <= 300; deploy++) {
    const instance = new Instance(0, `run ${deploy}`);
    const described = orders('', 3);
    const metric = {
      ...described,
      descriptor: { ...described.descriptor, type: kinds[deploy % 2], unit: `{kind ${deploy}}` },
    };
    const part = cluster.merge([await instance.answer(metric)]);
    t.deepEqual(shownOf(part, 'orders').slice(0, 1), [3 * deploy]);
    most = Math.max(most, cluster.state!.gone.length);
  }
  t.true(most <= MAX_ENDED + 2, `${most} series`);
});

test('old buckets keep counting where they were shown when their series is folded', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 0 });
  const old = histogram('latency', [
    point({}, { buckets: { boundaries: [1, 5, 10], counts: [1, 2, 4, 8] }, count: 15, sum: 9 }, at(1)),
  ]);
  cluster.absorb([await new Instance(0, 'a').answer(old)]);
  const next = await new Instance(0, 'b').answer(
    histogram('latency', [point({}, { buckets: { boundaries: [1, 7], counts: [1, 1, 1] }, count: 3, sum: 1 }, at(1))]),
  );
  for (let round = 0; round < 3; round++) {
    const [numbers] = numbersOf(cluster.merge([next])).values();
    t.deepEqual(numbers!.slice(HISTOGRAM_BUCKETS - 1), [2, 3, 13]);
  }
  t.is(cluster.state!.gone.length, 1);
  t.is(familiesOf({ scopes: cluster.state!.scopes } as never).flatMap(({ pages }) => pages).length, 1);
});

test('what a run that lives may show again keeps a series of its own, so that nothing counts twice', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 0 });
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const [plain, described] = [(n: number) => orders('', n), (n: number) => orders('{order}', n)];
  cluster.merge([await a.answer(plain(5)), await b.answer(described(1))]);
  // The run does not show it for a while, as when its source fails.
  for (let round = 0; round < 12; round++) {
    const part = cluster.merge([await a.answer(counter('other', [point({}, 1, at(1))])), await b.answer(described(1))]);
    t.deepEqual(shownOf(part, 'orders').slice(0, 1), [6]);
  }
  const part = cluster.merge([await a.answer(plain(7)), await b.answer(described(1))]);
  t.deepEqual(shownOf(part, 'orders').slice(0, 1), [8]);
});
