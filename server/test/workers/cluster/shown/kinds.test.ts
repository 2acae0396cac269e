/** Runs that have different types for one name: that of the run that started last stands. */
import test from 'ava';
import { Exposition } from '../../../../workers/exposition/exposition';
import { parse } from '../../exposition/parsed-text';
import { render } from '../../exposition/rendered-snapshots';
import { Cluster, Instance } from '../merged-instances';
import { orders, samplesOf, shown, updown } from '../series/described-runs';

test('where a counter became an up-down counter, the kind of the run that started last stands, and it is told', async (t) => {
  const cluster = new Cluster();
  const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(2, 'c')];
  const counted = (value: number) => orders(value, {}, { name: 'jobs_total' });
  t.like(shown(cluster, [await a.answer(counted(5))]), { samples: { jobs_total: 5 }, warnings: [] });
  const sentence =
    'App "shop": "jobs_total" is left out where it is a counter: the instance that started last has it as a gauge.';
  const both = [await a.answer(counted(6)), await b.answer(updown('jobs_total', 3))];
  t.like(shown(cluster, both), { samples: { jobs_total: 3 }, warnings: [sentence] });
  cluster.loseWorker();
  t.deepEqual(shown(cluster, [await b.answer(updown('jobs_total', 2))]).samples, { jobs_total: 2 });
  t.deepEqual(shown(cluster, [], ['b']).samples, {}, 'the gauge of a silent run is not shown, nor is what has left');
  // The sum goes on where the deploy is taken back.
  t.deepEqual(shown(cluster, [await c.answer(counted(1))]).samples, { jobs_total: 7 });
});

test('a gauge that was a counter has its name in OpenMetrics too', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  cluster.absorb([await a.answer(orders(5, {}, { name: 'jobs' }))]);
  const { snapshots } = cluster.absorb([await b.answer(updown('jobs', 3))]);
  const { body, warnings } = render(new Exposition(), { view: 'all', snapshots, format: 'openmetrics' });
  t.deepEqual(samplesOf(parse(body.toString(), 'openmetrics')), { jobs: 3 });
  t.deepEqual(warnings, ['Metric jobs_total is left out: the name jobs is taken by jobs.']);
});
