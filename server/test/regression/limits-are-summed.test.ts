/** `process_max_fds` and its like, which are limits of a process, were summed over the processes of an app. */
import test from 'ava';
import { counter, point } from '../../../test/core/encoder/collections';
import { GaugeRules } from '../../workers/cluster/gauges/rules';
import { Cluster, Instance, scalarsOf } from '../workers/cluster/merged-instances';

const limit = (value: number) => ({ ...counter('process_max_fds', [point({}, value)]), dataPointType: 2 });

test('of the limits of several processes the largest is shown', async (t) => {
  t.is(new GaugeRules([]).mergeOf('process_max_fds'), 'max');
  const cluster = new Cluster();
  const live = [await new Instance(0, 'a').answer(limit(1024)), await new Instance(1, 'b').answer(limit(512))];
  t.deepEqual(scalarsOf(cluster.merge(live)), { 'process_max_fds {}': 1024 });
});
