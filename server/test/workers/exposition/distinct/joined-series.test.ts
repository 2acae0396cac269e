/** One identity of a series, the exposed one: series that Prometheus takes for one are joined, and it is told. */
import test from 'ava';
import { SnapshotEncoder } from '../../../../../core/encoder/encoder';
import { histogram, point } from '../../../../../test/core/encoder/collections';
import { Exposition } from '../../../../workers/exposition/exposition';
import { load } from '../other-serializer';
import { parse } from '../parsed-text';
import { labels, render } from '../rendered-snapshots';
import { counts, explicit, gauges, named, samplesOf, snapshotOf } from './processes-by-hand';
import { shown } from './shown-process';

for (const view of ['all', 'instance'] as const) {
  const scope = { name: 's' };

  test(`${view}: of gauges that are one in Prometheus the first stands`, async (t) => {
    const { samples, warnings } = await shown(view, {
      scope,
      metrics: [gauges('a.b', point({ x: 1 }, 1)), gauges('a_b', point({ x: '1' }, 2), point({ x: 2 }, 3))],
    });
    t.deepEqual(samples, ['a_b{x="1"} 1', 'a_b{x="2"} 3']);
    t.is(warnings.length, 1);
  });

  test(`${view}: histograms of several bounds have those of the first, and +Inf is the count`, async (t) => {
    const one = (name: string, value: unknown) => named(histogram(name, [point({}, value)]), name);
    const metrics = [one('a.b', explicit([1, 4], [1, 2, 4])), one('a_b', explicit([2], [8, 16]))];
    const { samples } = await shown(view, { scope, metrics });
    t.deepEqual(
      samples.map((line) => line.replace(/\{.*le="(.*?)".*\}/, ' $1')),
      ['a_b_count 31', 'a_b_sum 62', 'a_b_bucket 1 1', 'a_b_bucket 4 11', 'a_b_bucket +Inf 31'],
    );
  });

  test(`${view}: of two types of one name the first stays, and it is told`, async (t) => {
    const { samples, warnings } = await shown(view, {
      scope,
      metrics: [gauges('n_total', point({}, 1)), counts('n', point({}, 2))],
    });
    t.deepEqual(samples, ['n_total 1']);
    t.deepEqual(warnings, ['Metric n_total is left out where it is a counter: it is a gauge elsewhere.']);
    const value = explicit([1], [1, 1]);
    const beside = await shown(view, {
      scope,
      metrics: [gauges('h_count', point({}, 1)), named(histogram('h', [point({}, value)]), 'h')],
    });
    t.deepEqual(beside.samples, ['h_count 1']);
    t.deepEqual(beside.warnings, ['Metric h is left out: the name h_count is taken by h_count.']);
  });
}

test('names that the serializer before 0.221 makes invalid are left out, and it is told', async (t) => {
  const { exposition } = load('exporter-prometheus-1');
  const snapshot = await snapshotOf([
    { scope: { name: 's' }, metrics: [gauges('1n', point({}, 1)), gauges('n', point({}, 2))] },
  ]);
  const snapshots = [{ snapshot, labels: [] }];
  for (const view of ['all', 'instance'] as const) {
    const { body, warnings } = render(exposition, { view, snapshots, format: 'text' });
    parse(body.toString(), 'text');
    t.deepEqual(samplesOf(body.toString()), ['n 2']);
    t.deepEqual(warnings, ['Metric "1n" is left out: Prometheus allows no such name.']);
  }
});

test('a series that goes and one that comes with its labels are shown in turn', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const exposition = new Exposition();
  for (let round = 0; round < 8; round++) {
    const points = [point({ code: round % 2 === 0 ? 200 : '200' }, round), point({ code: round }, 1)];
    const data = {
      resource: { attributes: {} },
      scopeMetrics: [{ scope: { name: 's' }, metrics: [counts('c', ...points)] }],
    };
    const { snapshot } = await encoder.encode({ data: data as never, time: 1, intervalMs: 1, collectMs: 0 });
    const { body, warnings } = render(exposition, {
      view: 'all',
      snapshots: [{ snapshot, labels: labels(0) }],
      format: 'text',
    });
    t.deepEqual(samplesOf(body.toString()), [`c_total{code="200"} ${round}`, `c_total{code="${round}"} 1`]);
    t.deepEqual(warnings, []);
  }
});
