/** What a collection has of one registry: the same objects while nothing changes, and which series begin anew. */
import test, { type ExecutionContext } from 'ava';
import {
  DataPointType,
  type DataPoint,
  type HistogramValue,
  type MetricData,
  type ResourceMetrics,
} from '../../core/otel';
import { promClientSource } from '../../src/prom-client';
import { NAMES, WITH_EXEMPLARS, load, type Options, type Registry } from './libraries';
import { silentLogger } from './lines';
import { familiesOf, familiesOfText } from './samples';

function metricsOf(collected: unknown): MetricData[] {
  return (collected as ResourceMetrics).scopeMetrics.flatMap(({ metrics }) => [...metrics]);
}

function pointsOf(collected: unknown): DataPoint[] {
  return metricsOf(collected).flatMap(({ dataPoints }) => [...dataPoints]);
}

function collecting(t: ExecutionContext, register: Registry): () => Promise<unknown> {
  const source = promClientSource(register, { logger: silentLogger((line) => t.fail(line)) });
  return async () => await source.collect(source.provider());
}

const common = (registry: Registry, name: string): Options => ({
  name,
  help: `Help of ${name}`,
  registers: [registry],
  labelNames: ['a'],
});

for (const name of NAMES) {
  const { Registry, Counter, Gauge, Histogram, Summary } = load(name);

  test(`${name}: series keep their objects while they stay`, async (t) => {
    const registry = new Registry();
    const counter = new Counter(common(registry, 'c'));
    const gauge = new Gauge(common(registry, 'g'));
    const histogram = new Histogram(common(registry, 'h'));
    const labels = { a: 'x' };
    counter.inc(labels);
    gauge.set(labels, 1);
    histogram.observe(labels, 0.2);
    const collect = collecting(t, registry);
    const before = pointsOf(await collect());
    t.is(before[0]?.attributes, labels);
    const kept = before.map((point) => ({ ...point, ...(point.value as object) }));
    counter.inc({ a: 'x' });
    gauge.set({ a: 'x' }, 2);
    const after = pointsOf(await collect());
    for (const [i, point] of after.entries()) {
      t.is(point, before[i]!);
      t.is(point.attributes, kept[i]!.attributes);
      t.is(point.startTime, kept[i]!.startTime);
    }
    t.is((after[2]?.value as HistogramValue).buckets, (kept[2] as unknown as HistogramValue).buckets);
    histogram.observe({ a: 'x' }, 0.2);
    await collect();
    t.not((after[2]?.value as HistogramValue).buckets, (kept[2] as unknown as HistogramValue).buckets);
    t.deepEqual(labels, { a: 'x' });
  });

  test(`${name}: a metric has its type, its rule for the cluster and the name that Prometheus shows`, async (t) => {
    const registry = new Registry();
    new Counter({ ...common(registry, 'c'), aggregator: 'first' });
    new Gauge({ ...common(registry, 'g'), aggregator: 'average' });
    new Histogram(common(registry, 'h'));
    new Summary(common(registry, 's'));
    const metrics = metricsOf(await collecting(t, registry)());
    const { COUNTER, GAUGE, HISTOGRAM, SUMMARY } = { ...DataPointType, COUNTER: DataPointType.SUM };
    t.deepEqual(
      metrics.map(({ dataPointType }) => dataPointType),
      [COUNTER, GAUGE, HISTOGRAM, SUMMARY],
    );
    t.deepEqual(
      metrics.map(({ aggregator }) => aggregator),
      ['first', 'average', undefined, undefined],
    );
    t.deepEqual(
      metrics.map(({ isMonotonic }) => isMonotonic),
      [true, false, false, false],
    );
    t.deepEqual(metrics[0]?.descriptor, { name: 'c', description: 'Help of c', unit: '', naming: 'prometheus' });
  });

  test(`${name}: a counter that falls back begins anew, and no other series does`, async (t) => {
    const registry = new Registry();
    const counter = new Counter(common(registry, 'c'));
    for (const a of ['x', 'y']) counter.inc({ a }, 5);
    const collect = collecting(t, registry);
    const [x, y] = pointsOf(await collect()).map(({ startTime }) => startTime);
    counter.remove({ a: 'x' });
    counter.inc({ a: 'x' }, 7);
    const points = pointsOf(await collect());
    t.is(points.find(({ attributes }) => attributes['a'] === 'y')?.startTime, y);
    t.not(points.find(({ attributes }) => attributes['a'] === 'x')?.startTime, x);
    counter.reset();
    counter.inc({ a: 'y' }, 6);
    t.not(pointsOf(await collect())[0]?.startTime, y);
  });

  test(`${name}: a histogram that was set to zero and has counted as far again shows what it has counted since`, async (t) => {
    const registry = new Registry();
    const histogram = new Histogram({ ...common(registry, 'h'), buckets: [1, Infinity] });
    histogram.observe({ a: 'x' }, 0.5);
    const collect = collecting(t, registry);
    await collect();
    histogram.zero({ a: 'x' });
    histogram.observe({ a: 'x' }, 7);
    const [{ value }] = pointsOf(await collect()) as [DataPoint<HistogramValue>];
    t.deepEqual([value.count, value.sum, value.buckets], [1, 7, { boundaries: [1], counts: [0, 1] }]);
  });

  test(`${name}: default labels stand in for labels without a value where the text has them so`, async (t) => {
    const registry = new Registry();
    registry.setDefaultLabels({ a: 'default' });
    new Counter(common(registry, 'c')).inc({ a: null });
    new Histogram(common(registry, 'h')).observe({ a: null }, 1);
    t.deepEqual(familiesOf(await collecting(t, registry)()), familiesOfText(await registry.metrics()));
  });

  test(`${name}: a metric in two registries is shown once, those of one name in two registries both`, async (t) => {
    const [first, second] = [new Registry(), new Registry()];
    new Counter({ ...common(first, 'c'), registers: [first, second] }).inc({ a: 'x' });
    new Gauge(common(first, 'g')).set({ a: 'x' }, 1);
    new Gauge(common(second, 'g')).set({ a: 'y' }, 2);
    const source = promClientSource([first, second]);
    const names = metricsOf(await source.collect(source.provider())).map(({ descriptor }) => descriptor.name);
    t.deepEqual(names, ['c', 'g', 'g']);
  });
}

for (const name of WITH_EXEMPLARS) {
  test(`${name}: exemplars stand at the value or the bucket, and counters of OpenMetrics end in _total`, async (t) => {
    const { Registry, Counter, Histogram } = load(name);
    const registry = new Registry(Registry.OPENMETRICS_CONTENT_TYPE);
    const counter = new Counter({ ...common(registry, 'c'), enableExemplars: true });
    const histogram = new Histogram({ ...common(registry, 'h'), enableExemplars: true, buckets: [1] });
    const exemplarLabels = { traceId: 'abc' };
    counter.inc({ labels: { a: 'x' }, value: 2, exemplarLabels });
    histogram.observe({ labels: { a: 'x' }, value: 5, exemplarLabels });
    const collected = await collecting(t, registry)();
    t.is(metricsOf(collected)[0]?.descriptor.name, 'c_total');
    const [count, observed] = pointsOf(collected).map(({ exemplars }) => exemplars);
    t.like(count?.[0], { attributes: exemplarLabels, value: 2 });
    t.is(observed?.[0], undefined);
    t.like(observed?.[1], { attributes: exemplarLabels, value: 5 });
    t.is(typeof observed?.[1]?.time, 'number');
  });
}
