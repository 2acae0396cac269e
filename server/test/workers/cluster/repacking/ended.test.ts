/** Series that no run has any more are kept up to a number. */
import test from 'ava';
import { counter, histogram, point, series } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance, numbersOf, scalarsOf } from '../merged-instances';

const family = (...ids: readonly number[]) =>
  counter(
    'c',
    ids.map((id) => point({ id }, id)),
  );
const idsOf = (part: ReturnType<Cluster['merge']>) => Object.values(scalarsOf(part));

test('of the series that no run has, those longest gone are dropped first', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 2 });
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  t.deepEqual(idsOf(cluster.merge([await a.answer(family(1, 2, 3)), await b.answer(family(4, 5))])), [1, 2, 3, 4, 5]);
  t.deepEqual(idsOf(cluster.merge([await a.answer(family(1, 3)), await b.answer(family(4, 5))])), [1, 2, 3, 4, 5]);
  t.deepEqual(idsOf(cluster.merge([await b.answer(family(4, 5))], ['a'])), [1, 2, 3, 4, 5], 'a is silent');
  const { snapshots, warnings } = cluster.absorb([await b.answer(family(4, 5))]);
  t.deepEqual(idsOf(snapshots[0]!), [1, 3, 4, 5], 'a has ended');
  t.deepEqual(warnings, [
    'App "shop": more than 2 counters and histograms that no instance has any more; those longest gone are dropped.',
  ]);
  t.deepEqual(cluster.absorb([await b.answer(family(4, 5))]).warnings, []);
  t.deepEqual(
    idsOf(cluster.merge([await b.answer(family(4, 5)), await new Instance(2, 'c').answer(family(2))])),
    [1, 3, 4, 5, 2],
  );
});

test('the state stays bounded while every instance has other series', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 100 });
  let total = 0;
  for (let step = 0; step < 30; step++) {
    const instance = new Instance(0, `run ${step}`);
    const churning = series(40, step * 40).map((one) => point(one, 1));
    const buckets = { boundaries: [1], counts: [1, 0] };
    const steady = histogram('h', [point({}, { buckets, count: 1, sum: 1 }, at(step + 1))]);
    const numbers = numbersOf(cluster.merge([await instance.answer(counter('c', churning), steady)]));
    total++;
    t.deepEqual(numbers.get('h {}'), [total, total, 0, 0, total, 0], 'what is there all the time is not touched by it');
    t.is(numbers.get(`c {"id":${step * 40}}`)?.[0], 1);
    t.true(numbers.size <= 100 + 40 + 1, `${numbers.size} series`);
    const { gone, carried } = cluster.state!;
    t.is(gone.length, numbers.size);
    t.is(carried.length, (numbers.size - 1) * 2 + 7);
    if (step % 7 === 0) cluster.loseWorker();
  }
});

test('series that have gone but still have slots on the pages of an instance do not come back', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 2 });
  const a = new Instance(0, 'a');
  cluster.merge([await a.answer(family(1, 2, 3, 4, 5, 6))]);
  const ids = [];
  for (let round = 0; round < 3; round++) {
    const part = cluster.merge([await a.answer(family(5, 6))]);
    ids.push([...part.snapshot.scopes[0]!.families[0]!.pages].map(({ page }) => page.id));
    t.deepEqual(idsOf(part), [3, 4, 5, 6]);
  }
  t.deepEqual(ids[1], ids[0], 'pages are written anew once');
  t.deepEqual(idsOf(cluster.merge([await a.answer(family(1, 5, 6))])), [3, 4, 5, 6, 1]);
});

test('a silent run has no more than it had, though pages are written anew meanwhile', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 2 });
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  cluster.merge([await a.answer(family(1)), await b.answer(family(1, 2, 3, 4, 5))]);
  cluster.merge([await a.answer(family(1)), await b.answer(family(1, 2, 3, 4, 5, 6, 7))]);
  cluster.merge([await b.answer(family(1, 6, 7, 8))], ['a']);
  t.deepEqual(
    [...cluster.state!.gone].map((round) => round !== 0),
    [false, true, true, false, false, false],
  );
  cluster.merge([], ['a']);
  t.deepEqual(
    [...cluster.state!.gone].map((round) => round !== 0),
    [false, true, true],
  );
});
