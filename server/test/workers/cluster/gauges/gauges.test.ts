/** Gauges over instances, by rules on their names. */
import test from 'ava';
import { DataPointType } from '../../../../../core/otel';
import { counter, point, series } from '../../../../../test/core/encoder/collections';
import { DEFAULT_GAUGE_RULES } from '../../../../workers/cluster';
import { GaugeRules } from '../../../../workers/cluster/gauges/rules';
import { Cluster, familiesOf, Instance, scalarsOf, numbersOf } from '../merged-instances';

function gauge(name: string, ...values: readonly number[]): object {
  const descriptor = { name, description: '', unit: '', type: 'OBSERVABLE_GAUGE', valueType: 1 };
  const dataPoints = values.flatMap((value, id) => (value === GONE ? [] : [point({ id }, value)]));
  return { descriptor, aggregationTemporality: 1, dataPointType: DataPointType.GAUGE, dataPoints };
}

const GONE = -999;

test('gauges are summed, averaged, minimised or maximised as the first rule says', async (t) => {
  const rules = ['sum', 'avg', 'min', 'max'].map((merge) => ({ match: `{a.${merge},${merge}_*}`, merge }) as never);
  const cluster = new Cluster({ rules: [...rules, { match: '*', merge: 'instance' }] });
  const names = ['a.sum', 'avg_x', 'min.y', 'max/z'];
  const live = [];
  for (const [i, values] of [
    [1, NaN],
    [2, NaN],
    [6, 4],
    [NaN, 8],
  ].entries()) {
    live.push(await new Instance(i, `${i}`).answer(...names.map((name) => gauge(name, ...values, NaN))));
  }
  t.deepEqual(scalarsOf(cluster.merge(live)), {
    ...{ 'a.sum {"id":0}': 9, 'a.sum {"id":1}': 12, 'a.sum {"id":2}': NaN },
    ...{ 'avg_x {"id":0}': 3, 'avg_x {"id":1}': 6, 'avg_x {"id":2}': NaN },
    ...{ 'min.y {"id":0}': 1, 'min.y {"id":1}': 4, 'min.y {"id":2}': NaN },
    ...{ 'max/z {"id":0}': 6, 'max/z {"id":1}': 8, 'max/z {"id":2}': NaN },
  });
});

test('only gauges of runs that have answered in this round count', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const count = counter('c', [point({}, 1)]);
  cluster.merge([await a.answer(gauge('g', 1, 2), count), await b.answer(gauge('g', 10, 20, 30), count)]);
  t.deepEqual(scalarsOf(cluster.merge([await a.answer(gauge('g', 1, 2), count)], ['b'])), {
    'g {"id":0}': 1,
    'g {"id":1}': 2,
    'c {}': 2,
  });
  t.deepEqual(scalarsOf(cluster.merge([await a.answer(gauge('g', GONE, 3), count)])), { 'g {"id":1}': 3, 'c {}': 2 });
  t.deepEqual(scalarsOf(cluster.merge([], ['a'])), { 'c {}': 2 });
  t.deepEqual(scalarsOf(cluster.merge([await a.answer(gauge('g', 1, 2), count)])), {
    'g {"id":0}': 1,
    'g {"id":1}': 2,
    'c {}': 2,
  });
});

test('gauges that are not merged are snapshots of their own, of the very pages and values of the instance', async (t) => {
  const cluster = new Cluster();
  const live = [
    await new Instance(3, 'a').answer(gauge('start_time_seconds', 1), gauge('g', 1)),
    await new Instance(12, 'b').answer(gauge('start_time_seconds', 2)),
  ];
  const { snapshots } = cluster.absorb(live);
  t.deepEqual(
    snapshots.map(({ labels }) => labels),
    [
      [['pm2_app', 'shop']],
      [
        ['pm2_app', 'shop'],
        ['pm_id', '3'],
      ],
      [
        ['pm2_app', 'shop'],
        ['pm_id', '12'],
      ],
    ],
  );
  t.deepEqual(snapshots.map(scalarsOf), [
    { 'g {"id":0}': 1 },
    { 'start_time_seconds {"id":0}': 1 },
    { 'start_time_seconds {"id":0}': 2 },
  ]);
  const [, own] = snapshots;
  t.is(own?.snapshot.incarnation, live[0]?.snapshot.incarnation);
  t.is(own?.snapshot.values.buffer.byteLength, live[0]?.snapshot.values.buffer.byteLength);
  t.deepEqual(familiesOf(own!.snapshot)[0]?.pages, familiesOf(live[0]!.snapshot)[0]?.pages);
});

test('sums that may fall are merged as gauges are', async (t) => {
  const cluster = new Cluster();
  const falling = (name: string, value: number) => ({ ...counter(name, [point({}, value)]), isMonotonic: false });
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  cluster.merge([await a.answer(falling('open', 9)), await b.answer(falling('open', 1))]);
  const live = [
    await a.answer(falling('open', -4), falling('x_info', 1)),
    await b.answer(falling('open', 1), falling('x_info', 1)),
  ];
  t.deepEqual(scalarsOf(cluster.merge(live)), { 'open {}': -3, 'x_info {}': 1 });
  t.deepEqual(cluster.absorb([]).snapshots, []);
});

test('gauges that have gone free their slots', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 10 });
  const a = new Instance(0, 'a');
  const family = (from: number) => ({ ...gauge('g'), dataPoints: series(8, from).map((one) => point(one, 1)) });
  for (let round = 0; round < 20; round++) {
    const part = cluster.merge([await a.answer(family(round * 8), counter('c', [point({}, round)]))]);
    t.is(numbersOf(part).size, 9);
    t.true(cluster.state!.gone.length <= 8 + 10 + 1);
  }
});

test('gauges that must not be summed are recognised by their names', (t) => {
  const rules = new GaugeRules([]);
  const expected = {
    sum: ['mashroom_sessions_total', 'process_resident_memory_bytes', 'nodejs_active_handles', 'queue.size'],
    avg: [
      'mashroom_memory_cache_hit_ratio',
      'cpu.utilization',
      'disk_used_percent',
      'nodejs_eventloop_lag_seconds',
      'room.temperature',
    ],
    min: ['nodejs_eventloop_lag_min_seconds'],
    max: ['nodejs_version_info', 'nodejs_eventloop_lag_max_seconds'],
    instance: [
      'process_start_time_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      'job.last.timestamp',
      'quantile',
      'process.uptime',
    ],
  };
  for (const [merge, names] of Object.entries(expected)) {
    for (const name of names) t.is(rules.mergeOf(name), merge as never, name);
  }
  t.is(new GaugeRules([{ match: 'cpu*', merge: 'sum' }]).mergeOf('cpu.utilization'), 'sum');
  t.is(new GaugeRules([{ match: 'cpu_util*', merge: 'min' }]).mergeOf('cpu.utilization'), 'min');
  t.true(DEFAULT_GAUGE_RULES.every(({ merge }) => merge !== 'sum'));
});
