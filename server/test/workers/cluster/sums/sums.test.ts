/** Counters over the lives of instances. */
import test from 'ava';
import type { LabelledSnapshot } from '../../../../protocol/render';
import { counter, point, series } from '../../../../../test/core/encoder/collections';
import { at, Cluster, familiesOf, Instance, numbersOf, scalarsOf } from '../merged-instances';

const count = (value: number, start = 1) => counter('c', [point({}, value, at(start))]);

test('counters are summed over runs, and stay when a run restarts or is scaled away', async (t) => {
  const cluster = new Cluster();
  const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(0, 'c')];
  const total = (...args: Parameters<Cluster['merge']>) => scalarsOf(cluster.merge(...args))['c {}'];
  t.is(total([await a.answer(count(5)), await b.answer(count(7))]), 12);
  t.is(total([await a.answer(count(6)), await b.answer(count(7))]), 13);
  t.is(total([await b.answer(count(8))]), 14, 'a has ended');
  t.is(total([await c.answer(count(1, 9)), await b.answer(count(8))]), 15);
  t.is(total([], ['b']), 15, 'c has ended, b is silent');
  t.is(total([], []), 15);
  t.deepEqual(cluster.state?.runs, []);
});

test('a start time that is another one tells a reset, and so does a number that has fallen', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  const total = async (value: number, start: number) =>
    scalarsOf(cluster.merge([await a.answer(count(value, start))]))['c {}'];
  t.is(await total(5, 1), 5);
  t.is(await total(6, 2), 11);
  t.is(await total(4, 2), 15);
  t.is(await total(4, 2), 15);
});

test('a series that vanishes keeps its number, and is not counted twice when it comes back', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  const merge = async (points: Parameters<typeof counter>[1]) =>
    scalarsOf(cluster.merge([await a.answer(counter('c', points))]));
  const other = point({ id: 1 }, 1);
  await merge([point({ id: 0 }, 5), other]);
  t.deepEqual(await merge([other]), { 'c {"id":0}': 5, 'c {"id":1}': 1 });
  t.deepEqual(await merge([point({ id: 0 }, 6), other]), { 'c {"id":0}': 6, 'c {"id":1}': 1 });
  await merge([other]);
  t.deepEqual(await merge([point({ id: 0 }, 2), other]), { 'c {"id":0}': 8, 'c {"id":1}': 1 });
});

test('an exporter that starts anew in its process goes on', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  cluster.merge([
    await a.answer(
      counter(
        'other',
        series(50).map((one) => point(one, 1)),
      ),
      count(5),
    ),
  ]);
  a.reload();
  t.is(scalarsOf(cluster.merge([await a.answer(count(6))]))['c {}'], 6);
  a.reload();
  t.is(scalarsOf(cluster.merge([await a.answer(count(1, 2))]))['c {}'], 7);
});

test('values that no counter can have are left out', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  for (const [value, expected] of [
    [NaN, 0],
    [5, 5],
    [NaN, 5],
    [-1, 5],
    [Infinity, 5],
    [6, 6],
  ] as const) {
    t.is(scalarsOf(cluster.merge([await a.answer(count(value))]))['c {}'], expected);
  }
});

test('the same attributes in another order are the same series', async (t) => {
  const cluster = new Cluster();
  const one = await new Instance(0, 'a').answer(counter('c', [point({ x: 1, y: 2 }, 1)]));
  const other = await new Instance(1, 'b').answer(counter('c', [point({ y: 2, x: 1 }, 2)]));
  t.deepEqual(scalarsOf(cluster.merge([one, other])), { 'c {"x":1,"y":2}': 3 });
});

const REPEATED = (name: string): string =>
  `App "shop": "${name}" has the same attributes more than once in an instance: they are added up; of gauges the first one stands.`;

for (const [order, again] of [
  ['in another order', { y: 2, x: 1 }],
  ['in the same order', { x: 1, y: 2 }],
] as const) {
  test(`data points of the same attributes ${order} in one instance are added up, with a warning`, async (t) => {
    const cluster = new Cluster();
    const one = await new Instance(0, 'a').answer(counter('c', [point({ x: 1, y: 2 }, 1), point(again, 5)]));
    for (let round = 0; round < 3; round++) {
      const { snapshots, warnings } = cluster.absorb([one]);
      t.deepEqual(scalarsOf(snapshots[0]!), { 'c {"x":1,"y":2}': 6 });
      t.deepEqual(warnings, [REPEATED('c')]);
    }
  });
}

test('a sum starts when the first of its runs did', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const start = (part: LabelledSnapshot) => part.snapshot.values[familiesOf(part.snapshot)[0]!.pages[0]!.base];
  t.is(start(cluster.merge([await a.answer(count(1, 5)), await b.answer(count(1, 7))])), 5e6);
  t.is(start(cluster.merge([await a.answer(count(1, 9)), await b.answer(count(1, 3))])), 3e6);
  t.is(start(cluster.merge([])), 3e6);
});

test('numbers of delta temporality are added once per snapshot', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const delta = (value: number) => ({ ...count(value), aggregationTemporality: 0 });
  const total = (...args: Parameters<Cluster['merge']>) => scalarsOf(cluster.merge(...args))['c {}'];
  const first = await a.answer(delta(5));
  t.is(total([first, await b.answer(count(2))]), 7);
  t.is(total([first], ['b']), 7);
  t.is(total([await a.answer(delta(3))], ['b']), 10);
  t.is(total([], []), 10);
});

test('a late snapshot is not taken for a reset', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  const [first, second] = [await a.answer(count(5)), await a.answer(count(6))];
  t.is(scalarsOf(cluster.merge([second]))['c {}'], 6);
  t.is(scalarsOf(cluster.merge([first]))['c {}'], 6);
  t.is(scalarsOf(cluster.merge([await a.answer(count(7))]))['c {}'], 7);
});

test('families whose description or unit differs are shown as one', async (t) => {
  const cluster = new Cluster();
  const family = (about: object) => {
    const base = count(1) as { descriptor: object };
    return { ...base, descriptor: { ...base.descriptor, ...about } };
  };
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const part = cluster.merge([
    await a.answer(family({ description: 'one' }), family({ unit: 's' })),
    await b.answer(family({ description: 'other' }), family({ unit: 'By' })),
  ]);
  t.deepEqual(scalarsOf(part), { 'c {}': 4 });
});

test('the merged snapshot names its app and the attributes that all resources have in common', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const part = cluster.merge([
    await a.answerWith({ 'service.name': 'shop', 'service.instance.id': 'x', zone: 1 }, count(1)),
    await b.answerWith({ zone: 1, 'service.name': 'shop', 'service.instance.id': 'y' }, count(1)),
  ]);
  t.deepEqual(part.labels, [['pm2_app', 'shop']]);
  t.is(part.snapshot.resource, '{"service.name":"shop","zone":1}');
  t.is(cluster.merge([], ['a', 'b']).snapshot.resource, '{"service.name":"shop","zone":1}');
});

test('a task leaves the state that it was given as it was, and what has not changed is shared', async (t) => {
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  cluster.merge([await a.answer(count(5))]);
  const before = cluster.state!;
  const copy = JSON.stringify(before);
  cluster.merge([await a.answer(count(6))]);
  t.is(JSON.stringify(before), copy);
  t.is(cluster.state?.round, before.round + 1);
  cluster.merge([
    await new Instance(1, 'b').answer(
      counter(
        'c',
        series(2000).map((one) => point(one, 1)),
      ),
    ),
  ]);
  t.is(JSON.stringify(before), copy);
  t.is(numbersOf({ snapshot: { ...cluster.merge([]).snapshot } }).size, 2001);
});
