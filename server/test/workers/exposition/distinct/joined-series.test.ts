/** One identity of a series, the exposed one: series that Prometheus takes for one are joined, and it is told. */
import test from 'ava';
import { SnapshotEncoder } from '../../../../../core/encoder/encoder';
import { histogram, point } from '../../../../../test/core/encoder/collections';
import { Exposition } from '../../../../workers/exposition/exposition';
import { decode } from '../protobuf/decoded-protobuf';
import { load } from '../other-serializer';
import { parse } from '../parsed-text';
import { labels, render } from '../rendered-snapshots';
import {
  counts,
  explicit,
  gauges,
  named,
  ODD_BOUNDS,
  onFamilies,
  samplesOf,
  snapshotOf,
  type ScopeData,
} from './processes-by-hand';

async function shown(view: 'all' | 'instance', ...scopes: ScopeData[]) {
  const snapshots = [{ snapshot: await snapshotOf(scopes), labels: view === 'all' ? labels(0) : [] }];
  const exposition = new Exposition();
  const first = render(exposition, { view, snapshots, format: 'text' });
  const { body, warnings } = render(exposition, { view, snapshots, format: 'text' });
  if (!first.body.equals(body)) throw new Error('the second rendering differs');
  parse(body.toString(), 'text');
  parse(render(exposition, { view, snapshots, format: 'openmetrics' }).body.toString(), 'openmetrics');
  decode(render(exposition, { view, snapshots, format: 'protobuf' }).body);
  return { samples: samplesOf(body.toString()), warnings };
}

for (const view of ['all', 'instance'] as const) {
  const scope = { name: 's' };

  test(`${view}: counters that are one in Prometheus are added, and it is told`, async (t) => {
    const warning = (name: string) => [
      `Metric ${name} has several series with the same name and labels in one process: they are added up.`,
    ];
    t.deepEqual(await shown(view, { scope, metrics: [counts('a.b', point({}, 1)), counts('a-b', point({}, 2))] }), {
      ...{ samples: ['a_b_total 3'], warnings: warning('a_b_total') },
    });
    const points = [point({ code: 200 }, 1), point({ code: '200' }, 2), point({ code: 404 }, 4)];
    t.deepEqual(await shown(view, { scope, metrics: [counts('c', ...points)] }), {
      ...{ samples: ['c_total{code="200"} 3', 'c_total{code="404"} 4'], warnings: warning('c_total') },
    });
    const twice = [
      { scope, metrics: [counts('c', point({}, 1))] },
      { scope, metrics: [counts('c', point({ a: '' }, 2))] },
    ];
    t.deepEqual((await shown(view, ...twice)).samples, ['c_total 3']);
    const unlike = [
      { scope, metrics: [counts('c', point({}, 1))] },
      { scope: { name: 's', version: '2' }, metrics: [counts('c', point({}, 2))] },
    ];
    t.deepEqual(await shown(view, ...unlike), { samples: ['c_total 1', 'c_total 2'], warnings: [] });
  });

  test(`${view}: of gauges that are one in Prometheus the first stands`, async (t) => {
    const { samples, warnings } = await shown(view, {
      scope,
      metrics: [gauges('a.b', point({ x: 1 }, 1)), gauges('a_b', point({ x: '1' }, 2), point({ x: 2 }, 3))],
    });
    t.deepEqual(samples, ['a_b{x="1"} 1', 'a_b{x="2"} 3']);
    t.is(warnings.length, 1);
  });

  test(`${view}: equal and unordered bounds are put in order`, async (t) => {
    for (const [odd, some, buckets] of [
      [0, [1, 2, 4, 8], ['le="1"} 3', 'le="2"} 7', 'le="+Inf"} 15']],
      [1, [1, 2, 4], ['le="1"} 2', 'le="5"} 3', 'le="+Inf"} 7']],
      [2, [1, 2, 4], ['le="0"} 3', 'le="+Inf"} 7']],
      [4, [1, 2, 4], ['le="3"} 2', 'le="+Inf"} 7']],
      [5, [1, 2, 4], ['le="0"} 3', 'le="+Inf"} 7']],
    ] as const) {
      const { samples } = await shown(view, {
        scope,
        metrics: [named(histogram('h', [point({}, explicit(ODD_BOUNDS[odd], some))]), 'h')],
      });
      const found = samples.filter((line) => line.includes('_bucket')).map((line) => line.slice(line.indexOf('le=')));
      t.deepEqual(found, [...buckets], ODD_BOUNDS[odd].join());
    }
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

  test(`${view}: a page that is listed twice shows its series once`, async (t) => {
    const snapshot = await snapshotOf([{ scope, metrics: [counts('c', point({ i: 0 }, 1), point({ i: 1 }, 2))] }]);
    const listed = onFamilies(snapshot, (family) => ({ ...family, pages: [...family.pages, ...family.pages] }));
    const { body } = render(new Exposition(), { view, snapshots: [{ snapshot: listed, labels: [] }], format: 'text' });
    parse(body.toString(), 'text');
    t.deepEqual(samplesOf(body.toString()), ['c_total{i="0"} 2', 'c_total{i="1"} 4']);
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
