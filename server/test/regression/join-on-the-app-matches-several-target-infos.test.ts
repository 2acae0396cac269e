/** `/metrics/cluster` had a `target_info` of each process, so that a join on the app's label matched several series. */
import test from 'ava';
import { counter, point } from '../../../test/core/encoder/collections';
import { Exposition } from '../../workers/exposition/exposition';
import { render } from '../workers/exposition/rendered-snapshots';
import { Cluster, Instance } from '../workers/cluster/merged-instances';

const metrics = [
  counter('c', [point({}, 1)]),
  { ...counter('time', [point({}, 1)]), dataPointType: 2, isMonotonic: false },
];
const resource = (pid: number) => ({ 'service.name': 'shop', 'process.pid': pid, 'service.instance.id': `id ${pid}` });

test('an app has one target_info, whose labels stay when a process is started anew', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  for (const live of [
    [await a.answerWith(resource(1), ...metrics), await b.answerWith(resource(2), ...metrics)],
    [await a.answerWith(resource(1), ...metrics)],
    [await b.answerWith(resource(3), ...metrics)],
  ]) {
    const { snapshots } = cluster.absorb(live);
    t.is(snapshots.length, 1 + live.length, 'each instance has a gauge of its own');
    const body = render(new Exposition(), { view: 'all', snapshots, format: 'text' }).body.toString();
    t.deepEqual(body.match(/^target_info.*$/gm), ['target_info{service_name="shop",pm2_app="shop"} 1']);
  }
});
