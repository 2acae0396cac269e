/** However processes describe a series, the cluster shows it once, with the sum of all. */
import test from 'ava';
import { counter, point } from '../../../../../test/core/encoder/collections';
import { at, Cluster, familiesOf, Instance } from '../merged-instances';
import { descriptor, shown, updown } from './described-runs';

test('gauges that differ in what is not exposed are merged by their rule', async (t) => {
  for (const [merge, expected] of [
    ['sum', 9],
    ['avg', 3],
    ['min', 1],
    ['max', 6],
  ] as const) {
    const cluster = new Cluster({ rules: [{ match: '*', merge }] });
    const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(2, 'c')];
    const live = [
      await a.answer(updown('g', 1)),
      await b.answer(updown('g', 2, { unit: 's' })),
      await c.answer(updown('g', 6, { unit: 's' })),
    ];
    t.deepEqual(shown(cluster, live).samples, { g: expected }, merge);
    t.deepEqual(shown(cluster, live.slice(1)).samples['g'], { sum: 8, avg: 4, min: 2, max: 6 }[merge], merge);
  }
});

test('an ended series with a twin that is shown is not dropped: the sum would fall', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 2 });
  const many = (n: number, unit: string) => ({
    ...counter(
      'orders',
      Array.from({ length: n }, (_, i) => point({ i }, 1 + i, at(1))),
    ),
    descriptor: descriptor({ unit }),
  });
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  cluster.absorb([await a.answer(many(9, ''))]);
  for (let round = 0; round < 3; round++) {
    const { samples } = shown(cluster, [await b.answer(many(3, 's'))]);
    t.deepEqual(
      [0, 1, 2].map((i) => samples[`orders_total i=${i}`]),
      [2, 4, 6],
    );
    cluster.loseWorker();
  }
  t.true(familiesOf({ scopes: cluster.state!.scopes } as never).flatMap(({ pages }) => pages).length > 0);
  t.true(cluster.state!.gone.length <= 3 + 3 + 2);
});
