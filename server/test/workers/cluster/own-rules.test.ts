/** Rules that metrics have of their own, summaries, and exemplars, over instances. */
import test from 'ava';
import { unpackExemplars } from '../../../../core/exemplars';
import { DataPointType, type Aggregator } from '../../../../core/otel';
import { strideOf } from '../../../../core/snapshot';
import { asPrometheus, counter, point, summary } from '../../../../test/core/encoder/collections';
import { parse } from '../exposition/parsed-text';
import { text } from '../exposition/rendered-snapshots';
import { at, Cluster, Instance, scalarsOf } from './merged-instances';

function gauge(name: string, aggregator: Aggregator | undefined, ...values: readonly number[]): object {
  const dataPoints = values.map((value, id) => point({ id }, value));
  return asPrometheus({ descriptor: { name }, dataPointType: DataPointType.GAUGE, dataPoints }, { aggregator });
}

test('a gauge is merged by its own rule, in place of the default rules', async (t) => {
  const all = (values: readonly number[]) => [
    gauge('a_sum_ratio', 'sum', ...values),
    gauge('a_first', 'first', ...values),
    gauge('a_min', 'max', ...values),
    gauge('a_max', 'min', ...values),
    gauge('a_average', 'average', ...values),
    gauge('a_omit', 'omit', ...values),
    gauge('a_ratio', undefined, ...values),
  ];
  const cluster = new Cluster();
  const live = [
    await new Instance(2, 'a').answer(...all([3, NaN])),
    await new Instance(5, 'b').answer(...all([1, 4])),
    await new Instance(7, 'c').answer(...all([5, 8])),
  ];
  t.deepEqual(scalarsOf(cluster.merge(live)), {
    ...{ 'a_sum_ratio {"id":0}': 9, 'a_sum_ratio {"id":1}': 12 },
    ...{ 'a_first {"id":0}': 3, 'a_first {"id":1}': 4 },
    ...{ 'a_min {"id":0}': 5, 'a_min {"id":1}': 8 },
    ...{ 'a_max {"id":0}': 1, 'a_max {"id":1}': 4 },
    ...{ 'a_average {"id":0}': 3, 'a_average {"id":1}': 6 },
    ...{ 'a_ratio {"id":0}': 3, 'a_ratio {"id":1}': 6 },
  });
});

test('a rule of the user stands above the rule of the metric', async (t) => {
  const cluster = new Cluster({ rules: [{ match: 'x*', merge: 'max' }] });
  const all = (value: number) => [gauge('x', 'omit', value), gauge('y', 'min', value)];
  const live = [await new Instance(0, 'a').answer(...all(1)), await new Instance(1, 'b').answer(...all(2))];
  t.deepEqual(scalarsOf(cluster.merge(live)), { 'x {"id":0}': 2, 'y {"id":0}': 1 });
});

test('counters are summed whatever their rule is, unless they are omitted', async (t) => {
  const cluster = new Cluster();
  const all = (value: number) =>
    (['sum', 'first', 'min', 'max', 'average', 'omit'] as const).map((aggregator) =>
      asPrometheus(counter(aggregator, [point({}, value)]), { aggregator }),
    );
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const sums = (value: number) =>
    Object.fromEntries(['sum', 'first', 'min', 'max', 'average'].map((name) => [`${name} {}`, value]));
  t.deepEqual(scalarsOf(cluster.merge([await a.answer(...all(1)), await b.answer(...all(2))])), sums(3));
  t.deepEqual(scalarsOf(cluster.merge([await a.answer(...all(4))])), sums(6), 'b has ended');
});

test('a counter that is omitted from a deploy on is shown no more', async (t) => {
  const cluster = new Cluster();
  const count = counter('c', [point({}, 1)]);
  const other = counter('d', [point({}, 1)]);
  cluster.merge([await new Instance(0, 'a').answer(count, other)]);
  const live = [await new Instance(0, 'b').answer(asPrometheus(count, { aggregator: 'omit' }), other)];
  t.deepEqual(scalarsOf(cluster.merge(live)), { 'd {}': 2 });
});

test('count and sum of summaries are added up, over restarts, and quantiles are left out', async (t) => {
  const cluster = new Cluster();
  const of = (count: number, sum: number, start: number, quantiles = [0.5]) =>
    summary('s', [point({}, { count, sum, quantiles, values: quantiles.map(() => 9) }, at(start))]);
  const numbers = (...args: Parameters<Cluster['merge']>): unknown => {
    const merged = cluster.merge(...args);
    const [family] = parse(text([merged]), 'text').filter(({ name }) => name === 's');
    parse(text([merged], 'openmetrics'), 'openmetrics');
    const { page, base } = merged.snapshot.scopes[0]!.families[0]!.pages[0]!;
    t.is(strideOf(page.layout), 3);
    t.is(page.size, 1);
    t.deepEqual(
      family?.samples.map(({ name, value }) => [name, value]),
      [
        ['s_count', merged.snapshot.values[base + 1]],
        ['s_sum', merged.snapshot.values[base + 2]],
      ],
    );
    return [...merged.snapshot.values.subarray(base + 1, base + 3)];
  };
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  t.deepEqual(numbers([await a.answer(of(3, 4.5, 1)), await b.answer(of(1, 2, 1, [0.9, 0.99]))]), [4, 6.5]);
  t.deepEqual(numbers([await a.answer(of(4, 3.5, 1)), await b.answer(of(1, 2, 1, [0.9]))]), [5, 5.5], 'a sum may fall');
  t.deepEqual(numbers([await a.answer(of(1, 1, 2))], ['b']), [6, 6.5], 'a reset');
  t.deepEqual(numbers([await a.answer(of(NaN, 1, 2))]), [6, 6.5], 'what no count can be is ignored');
  t.deepEqual(numbers([await a.answer(of(2, NaN, 2))]), [7, 6.5], 'the last sum stays');
});

test('of each series and bucket the newest exemplar is shown, and none is kept in the state', async (t) => {
  const cluster = new Cluster();
  const count = (id: number, ...exemplars: readonly (readonly [trace: string, time?: number])[]) =>
    exemplars.map(([trace, time], i) => ({
      ...point({ id: id + i }, 1),
      exemplars: [{ attributes: { trace }, value: 1, ...(time !== undefined && { time }) }],
    }));
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const live = [
    await a.answer(counter('c', count(1, ['a1', 5], ['a2', 9], ['a3']))),
    await b.answer(counter('c', count(2, ['b2', 8], ['b3', 1], ['b4']))),
  ];
  const merged = cluster.merge(live);
  const [family] = merged.snapshot.scopes[0]!.families;
  t.deepEqual(
    unpackExemplars(family!.exemplars).map(({ slot, attributes }) => [slot, attributes]),
    [
      [0, '{"trace":"a1"}'],
      [1, '{"trace":"a2"}'],
      [2, '{"trace":"b3"}'],
      [1024, '{"trace":"b4"}'],
    ],
  );
  t.is(JSON.stringify(cluster.state?.scopes).includes('exemplars'), false);
  const strict = text([merged], 'openmetrics');
  parse(strict, 'openmetrics');
  t.regex(strict, /^c_total\{id="1",.*\} 1 # \{trace="a1"\} 1 5$/m);
  t.regex(strict, /^c_total\{id="2",.*\} 2 # \{trace="a2"\} 1 9$/m);
});
