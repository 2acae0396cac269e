/** After a deploy that adds a unit, `/metrics/cluster` had the same series twice, and Prometheus kept the first for good. */
import test from 'ava';
import { counter, point } from '../../../test/core/encoder/collections';
import { Exposition } from '../../workers/exposition/exposition';
import { parse } from '../workers/exposition/parsed-text';
import { Cluster, Instance } from '../workers/cluster/merged-instances';
import { render } from '../workers/exposition/rendered-snapshots';

const orders = (value: number, descriptor: object = {}, code: unknown = 200) => {
  const metric = counter('orders', [point({ code }, value)]) as { readonly descriptor: object };
  return { ...metric, descriptor: { ...metric.descriptor, ...descriptor } };
};

test('a series that processes describe differently is there once, and its sum goes on', async (t) => {
  const cluster = new Cluster();
  const exposition = new Exposition();
  const instances = [0, 1, 2, 3].map((pmId) => new Instance(pmId, `run ${pmId}`));
  const [plain, unit, kind, text] = instances as [Instance, Instance, Instance, Instance];
  const rounds = [
    [await plain.answer(orders(209))],
    [await plain.answer(orders(209)), await unit.answer(orders(1, { unit: '{order}', description: 'All orders' }))],
    [
      await unit.answer(orders(10, { unit: '{order}' })),
      await kind.answer(orders(20, { type: 'OBSERVABLE_COUNTER' })),
      await text.answer(orders(30, {}, '200')),
    ],
  ];
  const shown = rounds.map((live) => {
    const { snapshots } = cluster.absorb(live);
    const families = parse(render(exposition, { view: 'all', snapshots, format: 'text' }).body.toString(), 'text');
    return families.filter(({ name }) => name === 'orders_total').flatMap(({ samples }) => samples);
  });
  t.deepEqual(
    shown.map((samples) => samples.map(({ value }) => value)),
    [[209], [210], [269]],
  );
});
