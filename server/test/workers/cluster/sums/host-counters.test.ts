/** Counters of the host, which every process reports: they are shown as the host has them, and never go down. */
import { join } from 'node:path';
import test from 'ava';
import { counter, point } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance, scalarsOf } from '../merged-instances';
import { StateFile, temporaryFolder } from '../state/state-files';

const cpu = (value: number, start = 1) =>
  counter('system.cpu.time', [
    point({ state: 'user' }, value, at(start)),
    point({ state: 'idle' }, 3 * value, at(start)),
  ]);
const shownOf = (cluster: Cluster, live: Parameters<Cluster['merge']>[0], silent: string[] = []) =>
  scalarsOf(cluster.merge(live, silent))['system.cpu.time {"state":"user"}'];

test('two processes that report the same number show that number, whichever start and end', async (t) => {
  const cluster = new Cluster();
  const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(0, 'c')];
  t.is(shownOf(cluster, [await a.answer(cpu(100.5)), await b.answer(cpu(100.25, 2))]), 100.5);
  // One that has collected earlier makes no dip, and no reset.
  t.is(shownOf(cluster, [await b.answer(cpu(100.375, 2))], ['a']), 100.5);
  t.is(shownOf(cluster, [await a.answer(cpu(103)), await b.answer(cpu(104, 2))]), 104);
  cluster.loseWorker();
  t.is(shownOf(cluster, [await b.answer(cpu(105, 2))]), 105);
  t.is(shownOf(cluster, [], []), 105);
  t.is(shownOf(cluster, [await c.answer(cpu(107, 3))]), 107);
});

test('after a restart of the host, and of the server, it goes on from where it was', async (t) => {
  const cluster = new Cluster();
  t.is(shownOf(cluster, [await new Instance(0, 'a').answer(cpu(1000))]), 1000);
  const file = new StateFile(join(temporaryFolder(t), 'state'));
  file.add('shop', cluster.state!);
  cluster.state = file.reread('shop');
  cluster.loseWorker();
  const b = new Instance(0, 'b');
  t.is(shownOf(cluster, [await b.answer(cpu(10, 9))]), 1010);
  t.is(shownOf(cluster, [await b.answer(cpu(15, 9)), await new Instance(1, 'c').answer(cpu(14, 9))]), 1015);
});

test('processes that describe it differently show one number, also when the former ones are folded', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 0 });
  const described = (value: number) => {
    const metric = cpu(value) as { readonly descriptor: object };
    return { ...metric, descriptor: { ...metric.descriptor, unit: '{second}' } };
  };
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const both = cluster.merge([await a.answer(cpu(50)), await b.answer(described(50))]);
  t.deepEqual(Object.values(scalarsOf(both)).sort(), [150, 50]);
  for (let round = 0; round < 3; round++) {
    const alone = cluster.merge([await b.answer(described(51 + round))]);
    t.deepEqual(Object.values(scalarsOf(alone)).sort(), [3 * (51 + round), 51 + round]);
  }
});

test('what a process counts of itself is added as before', async (t) => {
  const cluster = new Cluster();
  const own = (value: number) => counter('process.cpu.time', [point({}, value, at(1))]);
  const live = [await new Instance(0, 'a').answer(own(1)), await new Instance(1, 'b').answer(own(2))];
  t.is(scalarsOf(cluster.merge(live))['process.cpu.time {}'], 3);
});
