/** The order of metrics, their names and types, and what is left out. */
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import test from 'ava';
import { counter, histogram, point } from '../../../../test/core/encoder/collections';
import { collectText } from '../../../../test/support/collected-text';
import { Exposition } from '../../../workers/exposition/exposition';
import { PrometheusText } from '../../../workers/exposition/instance/prometheus-text';
import { FORMATS, instance, render, snapshotOf, text } from './rendered-snapshots';

function gauge(name: string, dataPoints: readonly object[], description = ''): object {
  return { descriptor: { name, description, unit: '', type: 'GAUGE' }, dataPointType: 2, dataPoints };
}

const exponential = point(
  {},
  {
    count: 1,
    scale: 0,
    zeroCount: 1,
    positive: { offset: 0, bucketCounts: [] },
    negative: { offset: 0, bucketCounts: [] },
  },
);

test('one instance as text is byte for byte what a process renders of itself', async (t) => {
  const metrics = [counter('b', [point({ x: 1 }, 1)]), histogram('e', [exponential], 1), gauge('a', [point({}, 2)])];
  for (const snapshot of [await snapshotOf({ metrics }), await snapshotOf({ metrics: [] })]) {
    const { body } = render(new Exposition(), {
      view: 'instance',
      format: 'text',
      snapshots: [{ snapshot, labels: [] }],
    });
    t.is(body.toString(), collectText(new PrometheusText(), snapshot));
  }
});

test('the order is the same from rendering to rendering, whatever the order of the metrics', async (t) => {
  const some = [counter('b', [point({}, 1)]), gauge('a', [point({}, 2)]), gauge('c', [point({}, 2)])];
  const snapshots = [await instance(0, { metrics: some }), await instance(1, { metrics: [...some].reverse() })];
  const exposition = new Exposition();
  for (const format of FORMATS) {
    const body = text(snapshots, format, exposition);
    t.is(text(snapshots, format, exposition), body);
    const sameBoth = [snapshots[0]!, { ...(await instance(1, { metrics: some })) }];
    t.is(text(sameBoth, format), body);
  }
});

test('the first of two types under one name wins, and so does the first of two texts', async (t) => {
  const snapshots = [
    await instance(0, { metrics: [gauge('x', [point({}, 1)], 'first'), gauge('y.z', [point({}, 5)])] }),
    await instance(1, { metrics: [gauge('x', [point({}, 2)], 'second'), counter('y_z', [point({}, 6)])] }),
    await instance(2, { metrics: [histogram('x', [exponential], 1), gauge('y-z', [point({}, 7)])] }),
    await instance(3, { metrics: [histogram('x', [exponential], 1)] }),
  ];
  const exposition = new Exposition();
  for (let i = 0; i < 2; i++) {
    const { body, warnings } = render(exposition, { view: 'all', format: 'text', snapshots });
    t.deepEqual(warnings, ['Metric x is left out where it is a histogram: it is a gauge elsewhere.']);
    t.is(
      body
        .toString()
        .match(/^# HELP x .*$/gm)
        ?.join(),
      '# HELP x first',
    );
    t.is(body.toString().match(/^x/gm)?.length, 2);
    t.is(body.toString().match(/^y_z\{/gm)?.length, 2);
    t.is(body.toString().match(/^y_z_total\{/gm)?.length, 1);
  }
  t.deepEqual(render(exposition, { view: 'all', format: 'openmetrics', snapshots }).warnings, [
    'Metric y_z_total is left out: the name y_z is taken by y_z.',
    'Metric x is left out where it is a histogram: it is a gauge elsewhere.',
  ]);
});

test('of two types under one name in two processes, that of the process that started last is shown', async (t) => {
  const started = async (pmId: number, startedAt: number, metric: object) => ({
    ...(await instance(pmId, { metrics: [metric] })),
    startedAt,
  });
  const snapshots = [
    await started(0, 1000, gauge('x_total', [point({}, 1)])),
    await started(1, 3000, counter('x', [point({}, 2)])),
    await started(2, 2000, gauge('x_total', [point({}, 3)])),
    await started(3, 1500, counter('x', [point({}, 4)])),
  ];
  const { body, warnings } = render(new Exposition(), { view: 'all', format: 'text', snapshots });
  // In the order of the instances, as ever.
  t.deepEqual(body.toString().match(/(?<=^x_total\{.*)\d$/gm), ['2', '4']);
  t.deepEqual(warnings, ['Metric x_total is left out where it is a gauge: it is a counter elsewhere.']);
});

test('a metric whose name is invalid, or is that of samples of another family, is left out', async (t) => {
  const metrics = [
    histogram('h', [exponential], 1),
    gauge('h_count', [point({}, 1)]),
    gauge('target_info', [point({}, 1)]),
    gauge('-', [point({}, 1)]),
  ];
  const snapshots = [await instance(0, { resource: { a: 1 }, metrics })];
  for (const format of FORMATS) {
    t.deepEqual(render(new Exposition(), { view: 'all', format, snapshots }).warnings, [
      'Metric h_count is left out: the name h_count is taken by h.',
      'Metric target_info is left out: the name target_info is taken by target_info.',
      'Metric "-" is left out: Prometheus allows no such name.',
    ]);
  }
});

test('a malformed snapshot of one process does not keep the others from being shown', async (t) => {
  const metrics = [counter('c', [point({}, 1)]), gauge('g', [point({}, 1)])];
  const good = await instance(0, { metrics });
  const bad = await instance(1, { metrics });
  const [of] = bad.snapshot.scopes;
  const [c, ...others] = of!.families;
  const families = [
    { ...c!, pages: c!.pages.map(({ page, base }) => ({ page: { ...page, size: 2 }, base })) },
    ...others,
  ];
  const broken = { ...bad, snapshot: { ...bad.snapshot, scopes: [{ scope: of!.scope, families }] } };
  for (const format of FORMATS) {
    const { body, warnings } = render(new Exposition(), { view: 'all', format, snapshots: [broken, good] });
    t.deepEqual(warnings, ['Metric c_total is left out for one process: page 0 has 1 series, not 2']);
    t.is(body.toString('latin1').match(/pm_id/g)?.length, 3);
  }
});

test.serial(
  'the serializer is asked once about a family that cannot be shown, however often it is rendered',
  async (t) => {
    const { serialize } = PrometheusSerializer.prototype;
    let asked = 0;
    PrometheusSerializer.prototype.serialize = function (data) {
      if (data.scopeMetrics.some(({ metrics }) => metrics.some(({ descriptor }) => descriptor.name === '-'))) asked++;
      return serialize.call(this, data);
    };
    t.teardown(() => (PrometheusSerializer.prototype.serialize = serialize));
    const exposition = new Exposition();
    const snapshots = [await instance(0, { metrics: [gauge('-', [point({}, 1)]), gauge('x', [point({}, 1)])] })];
    for (let i = 0; i < 5; i++) {
      const { warnings } = render(exposition, { view: 'all', format: 'text', snapshots });
      t.deepEqual(warnings, ['Metric "-" is left out: Prometheus allows no such name.']);
    }
    t.is(asked, 1);
  },
);
