/** After a deploy that adds a unit, `/metrics/cluster` had the same series twice, and Prometheus kept the first for good. */
import test from 'ava';
import { Exposition } from '../../workers/exposition/exposition';
import { parse } from '../workers/exposition/parsed-text';
import { Cluster, Instance } from '../workers/cluster/merged-instances';
import { orders, rereadOf, shown } from '../workers/cluster/series/described-runs';
import { render } from '../workers/exposition/rendered-snapshots';

test('a series that processes describe differently is there once, and its sum goes on', async (t) => {
  const cluster = new Cluster();
  const exposition = new Exposition();
  const instances = [0, 1, 2, 3].map((pmId) => new Instance(pmId, `run ${pmId}`));
  const [plain, unit, kind, text] = instances as [Instance, Instance, Instance, Instance];
  const rounds = [
    [await plain.answer(orders(209, { code: 200 }))],
    [
      await plain.answer(orders(209, { code: 200 })),
      await unit.answer(orders(1, { code: 200 }, { unit: '{order}', description: 'All orders' })),
    ],
    [
      await unit.answer(orders(10, { code: 200 }, { unit: '{order}' })),
      await kind.answer(orders(20, { code: 200 }, { type: 'OBSERVABLE_COUNTER' })),
      await text.answer(orders(30, { code: '200' })),
    ],
  ];
  const values = rounds.map((live) => {
    const { snapshots } = cluster.absorb(live);
    const families = parse(render(exposition, { view: 'all', snapshots, format: 'text' }).body.toString(), 'text');
    return families.filter(({ name }) => name === 'orders_total').flatMap(({ samples }) => samples);
  });
  t.deepEqual(
    values.map((samples) => samples.map(({ value }) => value)),
    [[209], [210], [269]],
  );
});

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
