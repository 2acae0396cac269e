/** A counter that had overflown to `+Inf` made all sums of its app unreadable in the state file. */
import { join } from 'node:path';
import test from 'ava';
import { counter, point } from '../../../test/core/encoder/collections';
import { Cluster, Instance, scalarsOf } from '../workers/cluster/merged-instances';
import { StateFile, temporaryFolder } from '../workers/cluster/state/state-files';

test('the sums of an app come back beside a counter that has overflown', async (t) => {
  const cluster = new Cluster();
  const metrics = [counter('overflown', [point({}, 1.5e308)]), counter('orders', [point({}, 5)])];
  cluster.merge([await new Instance(0, 'a').answer(...metrics), await new Instance(1, 'b').answer(...metrics)]);
  const file = new StateFile(join(temporaryFolder(t), 'state'));
  file.add('shop', cluster.state!);
  cluster.state = file.reread('shop');
  cluster.loseWorker();
  const shown = cluster.merge([await new Instance(2, 'c').answer(counter('orders', [point({}, 1)]))]);
  t.deepEqual(scalarsOf(shown), { 'overflown {}': Infinity, 'orders {}': 11 });
});
