/** However processes describe a series, the cluster shows it once, with the sum of all. */
import test from 'ava';
import { counter, point } from '../../../../../test/core/encoder/collections';
import { at, Cluster, familiesOf, Instance } from '../merged-instances';
import { descriptor, orders, rereadOf, shown, updown } from './described-runs';

/** A deploy changes what is not exposed: of each, what the processes before have, and those behind. */
const deploys: Record<string, [before: (value: number) => object, behind: (value: number) => object, sample: string]> =
  {
    'a unit': [(n) => orders(n), (n) => orders(n, {}, { unit: 'items' }), 'orders_total'],
    'the kind of instrument': [(n) => orders(n), (n) => orders(n, {}, { type: 'OBSERVABLE_COUNTER' }), 'orders_total'],
    'int and double': [(n) => orders(n), (n) => orders(n, {}, { valueType: 0 }), 'orders_total'],
    'the type of an attribute': [
      (n) => orders(n, { code: 200 }),
      (n) => orders(n, { code: '200' }),
      'orders_total code=200',
    ],
    'the name of an attribute': [(n) => orders(n, { 'x.y': 1 }), (n) => orders(n, { x_y: 1 }), 'orders_total x_y=1'],
    'the order of attributes': [
      (n) => orders(n, { a: 1, b: 2 }),
      (n) => orders(n, { b: 2, a: 1 }),
      'orders_total a=1 b=2',
    ],
    'an empty attribute': [(n) => orders(n), (n) => orders(n, { a: '' }), 'orders_total'],
    'the name': [(n) => orders(n, {}, { name: 'a.b' }), (n) => orders(n, {}, { name: 'a-b' }), 'a_b_total'],
    'the ending of the name': [(n) => orders(n), (n) => orders(n, {}, { name: 'orders_total' }), 'orders_total'],
  };

for (const [what, [before, behind, sample]] of Object.entries(deploys)) {
  test(`a deploy that changes ${what} leaves one series, whose sum goes on`, async (t) => {
    const cluster = new Cluster();
    const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
    t.deepEqual(shown(cluster, [await a.answer(before(209))]).samples, { [sample]: 209 });
    t.deepEqual(shown(cluster, [await a.answer(before(210)), await b.answer(behind(600))]).samples, { [sample]: 810 });
    cluster.loseWorker();
    t.deepEqual(shown(cluster, [await b.answer(behind(657))], ['a']).samples, { [sample]: 867 });
    cluster.state = rereadOf(t, cluster.state!);
    cluster.loseWorker();
    t.deepEqual(shown(cluster, [await b.answer(behind(658))]).samples, { [sample]: 868 });
    // The one that began anew is not taken for the other.
    t.deepEqual(shown(cluster, [await b.answer(behind(658), before(2))]).samples, { [sample]: 870 });
  });
}

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
