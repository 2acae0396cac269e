/** Collecting deltas from each SDK, cut into slices and in one go: nothing is lost, and nothing is counted twice. */
import test from 'ava';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';
import { SCALAR_VALUE } from '../../core/snapshot';
import { sdkStateOf, type SdkCollector, type SwappableStorage } from '../../src/opentelemetry/sdk-state';
import { read } from '../core/encoder/collections';
import { stayAlive } from '../support/stay-alive';
import { foreignReader, loadSdk, SDKS, startOurs, valuesOf, type Ours } from './sdk';

const WAYS = SDKS.flatMap((sdk) => [true, false].map((sliced) => ({ sdk, sliced })));
const titleOf = ({ sdk, sliced }: (typeof WAYS)[number]): string => `${sdk}, ${sliced ? 'in slices' : 'in one go'}`;

/** Parts of another SDK: what is public works as ever, what is not has another shape. */
const OTHER_SHAPES: Readonly<Record<string, (ours: Ours) => void>> = {
  MeterProvider: ({ source }) => {
    const collector = source.provider() as SdkCollector;
    source.bind({ collect: (options) => collector.collect(options) });
  },
  Meter: ({ source }) => {
    for (const meter of sdkStateOf(source.provider() as SdkCollector)?.meterSharedStates.values() ?? []) {
      const registry = meter.observableRegistry;
      Object.assign(meter, { observableRegistry: { observe: registry.observe.bind(registry) } });
    }
  },
};

for (const way of WAYS) {
  const { sdk, sliced } = way;

  test(`${titleOf(way)}: a collection has what has changed, and totals of observable instruments`, async (t) => {
    const { meter, collect, lines } = startOurs(sdk, { sliced });
    const counter = meter.createCounter('c');
    const histogram = meter.createHistogram('h');
    const gauge = meter.createGauge('g');
    meter.createObservableCounter('o').addCallback((result) => result.observe(7, { id: 1 }));
    counter.add(1, { id: 1 });
    counter.add(2, { id: 2 });
    histogram.record(3);
    gauge.record(4);
    t.deepEqual(valuesOf(await collect()), { 'c{"id":1}': 1, 'c{"id":2}': 2, 'h{}': 1, 'g{}': 4, 'o{"id":1}': 7 });
    counter.add(5, { id: 2 });
    t.deepEqual(valuesOf(await collect()), { 'c{"id":2}': 5, 'o{"id":1}': 7 });
    t.deepEqual(valuesOf(await collect()), { 'o{"id":1}': 7 });
    t.deepEqual(lines, []);
  });

  test(`${titleOf(way)}: deltas whose collection was given up come with the next one`, async (t) => {
    const { meter, source, collect } = startOurs(sdk, { sliced });
    const counter = meter.createCounter('c');
    meter.createObservableGauge('o').addCallback((result) => result.observe(7));
    await collect();
    counter.add(1, { id: 1 });
    await source.collect();
    counter.add(2, { id: 1 });
    counter.add(3, { id: 2 });
    await source.collect();
    counter.add(4, { id: 2 });
    const data = (await source.collect()) as ResourceMetrics;
    t.deepEqual(valuesOf(data), { 'c{"id":1}': [1, 2], 'c{"id":2}': [3, 4], 'o{}': 7 });
    t.is(data.scopeMetrics.length, 1);
    source.accept(data);
    t.deepEqual(valuesOf(await collect()), { 'o{}': 7 });
  });

  test(`${titleOf(way)}: an object that is changed and used again is another series`, async (t) => {
    const { meter, collect } = startOurs(sdk, { sliced });
    const counter = meter.createCounter('c');
    const attributes = { route: 'a' };
    counter.add(1, attributes);
    t.deepEqual(valuesOf(await collect()), { 'c{"route":"a"}': 1 });
    attributes.route = 'b';
    counter.add(1, attributes);
    t.deepEqual(valuesOf(await collect()), { 'c{"route":"b"}': 1 });
  });

  test(`${titleOf(way)}: what was recorded with one object in an interval is ${sliced ? 'two series' : "the SDK's series"}`, async (t) => {
    const { meter, source, collect } = startOurs(sdk, { sliced });
    const counter = meter.createCounter('c');
    const attributes = { route: 'a' };
    const record = (): void => {
      for (const route of ['a', 'b']) {
        attributes.route = route;
        counter.add(1, attributes);
      }
    };
    const encoder = new SnapshotEncoder({ maxSeries: 10 });
    record();
    await source.collect();
    record();
    const data = await collect();
    const { snapshot } = await encoder.encode({ data, time: 0, intervalMs: 1, collectMs: 0 });
    const numbers = [...read(snapshot)].map(([text, all]) => [text, all[SCALAR_VALUE]]);
    // Of the SDK's own data points both have the object as it is at last.
    const expected = { '{"route":"a"}': 2, '{"route":"b"}': 2 };
    t.deepEqual(Object.fromEntries(numbers), sliced ? expected : { '{"route":"b"}': 4 });
  });

  test(`${titleOf(way)}: collections at the same time wait for each other`, async (t) => {
    const { meter, source } = startOurs(sdk, { sliced });
    const counter = meter.createCounter('c');
    let calls = 0;
    let most = 0;
    meter.createObservableGauge('o').addCallback(async (result) => {
      most = Math.max(most, ++calls);
      await new Promise((resolve) => setImmediate(resolve));
      counter.add(1);
      result.observe(1);
      calls--;
    });
    const all = await Promise.all([source.take(), source.take(), source.take()]);
    t.is(most, 1);
    const sum = all.map(({ resourceMetrics }) => Number(valuesOf(resourceMetrics)['c{}'] ?? 0)).reduce((a, b) => a + b);
    t.is(sum, 3);
    const handed = (await source.collect()) as ResourceMetrics;
    t.deepEqual(valuesOf(handed), { 'c{}': [1, 1, 1, 1], 'o{}': 1 });
  });

  test(`${titleOf(way)}: a callback that hangs keeps nothing else back, and is told once`, async (t) => {
    stayAlive(t);
    const { meter, collect, lines } = startOurs(sdk, { sliced, callbacksMs: 20 });
    const counter = meter.createCounter('c');
    meter.createObservableGauge('hangs').addCallback(() => new Promise(() => undefined));
    meter.createObservableGauge('o').addCallback((result) => result.observe(7));
    counter.add(1);
    t.deepEqual(valuesOf(await collect()), { 'c{}': 1, 'o{}': 7 });
    counter.add(1);
    t.deepEqual(valuesOf(await collect()), { 'c{}': 1, 'o{}': 7 });
    t.is(lines.length, 1);
    t.regex(lines[0] ?? '', /^warn Observing OpenTelemetry instruments does not work/);
  });

  test(`${titleOf(way)}: a callback that throws is told once, with its message`, async (t) => {
    const { meter, collect, lines } = startOurs(sdk, { sliced });
    meter.createCounter('c').add(1);
    meter.createObservableGauge('bad').addCallback(() => {
      throw new Error('no database');
    });
    t.deepEqual(valuesOf(await collect()), { 'c{}': 1 });
    await collect();
    t.is(lines.length, 1);
    t.regex(lines[0] ?? '', /no database/);
  });

  test(`${titleOf(way)}: readers beside it have all numbers, and so has it`, async (t) => {
    const foreign = foreignReader(loadSdk(sdk));
    const views = [{ name: 'viewed', keys: ['id'] }];
    const { meter, collect } = startOurs(sdk, { sliced, others: [foreign], views });
    const counters = ['c', 'viewed'].map((name) => meter.createCounter(name));
    let ours = 0;
    for (let round = 1; round <= 5; round++) {
      for (const counter of counters) counter.add(round, { id: 1, other: round });
      const values = valuesOf(await collect());
      ours += Number(values['viewed{"id":1}']);
      t.is(values[`c{"id":1,"other":${round}}`], round);
      if (round % 2 === 0) await foreign.collect();
    }
    t.is(ours, 15);
    const theirs = valuesOf((await foreign.collect()).resourceMetrics);
    t.is(theirs['viewed{"id":1}'], 15);
    t.is(theirs['c{"id":1,"other":4}'], 4);
  });
}

for (const sdk of SDKS) {
  test(`${sdk}: a reader that does not collect beside ours is told once, where the SDK hoards for it`, async (t) => {
    const foreign = foreignReader(loadSdk(sdk));
    const { meter, collect, lines } = startOurs(sdk, { others: [foreign], views: [{ name: 'viewed', keys: ['id'] }] });
    meter.createCounter('viewed').add(1, { id: 1 });
    for (let i = 0; i < 1010; i++) await collect();
    const told = lines.filter((line) => line.startsWith('warn'));
    t.is(told.length, 1);
    t.regex(told[0] ?? '', /another MetricReader, which does not collect/);
  });

  test(`${sdk}: the end of the process takes what a collection in slices has begun, and what came after it`, async (t) => {
    const { meter, source } = startOurs(sdk);
    const counter = meter.createCounter('c');
    for (let id = 0; id < 1000; id++) counter.add(1, { id });
    const underWay = source.collect();
    await new Promise((resolve) => setImmediate(resolve));
    counter.add(10, { id: 0 });
    const values = valuesOf(source.collectNow() as ResourceMetrics);
    t.is(Object.keys(values).length, 1000);
    t.deepEqual(values['c{"id":0}'], [1, 10]);
    await t.notThrowsAsync(underWay);
  });

  test(`${sdk}: data points of many series are made when they are encoded, a batch at a time`, async (t) => {
    const { meter, collect } = startOurs(sdk);
    const counter = meter.createCounter('c');
    for (let id = 0; id < 1000; id++) counter.add(1, { id });
    const made = madeBy(counter);
    const data = await collect();
    t.deepEqual(made, [128]);
    await new SnapshotEncoder({ maxSeries: 10_000 }).encode({ data, time: 0, intervalMs: 1, collectMs: 0 });
    t.is(Math.max(...made), 128);
    // The first batch is made once more.
    t.is(
      made.reduce((sum, count) => sum + count),
      1128,
    );
  });

  test(`${sdk}: many series whose collections were given up come with the next one, in their order`, async (t) => {
    const { meter, source } = startOurs(sdk);
    const counter = meter.createCounter('c');
    const expected: Record<string, unknown> = {};
    for (const by of [1, 2, 3]) {
      for (let id = 0; id < 300; id++) {
        counter.add(by, { id });
        expected[`c{"id":${id}}`] = by === 1 ? 1 : by === 2 ? [1, 2] : [1, 2, 3];
      }
      t.deepEqual(valuesOf((await source.collect()) as ResourceMetrics), expected);
    }
    const data = (await source.collect()) as ResourceMetrics;
    t.is(data.scopeMetrics[0]?.metrics.length, 1);
    const { snapshot } = await new SnapshotEncoder({ maxSeries: 1000 }).encode({
      data,
      time: 0,
      intervalMs: 1,
      collectMs: 0,
    });
    const numbers = [...read(snapshot).values()].map((all) => all[SCALAR_VALUE]);
    t.deepEqual(numbers, new Array(300).fill(6));
  });

  test(`${sdk}: whoever else collects from it has all data points`, async (t) => {
    const { meter, source } = startOurs(sdk);
    const [large, small] = ['large', 'small'].map((name) => meter.createCounter(name));
    for (let id = 0; id < 1000; id++) large?.add(1, { id });
    small?.add(1);
    const { resourceMetrics } = await source.takeWhole();
    const counts = resourceMetrics.scopeMetrics[0]?.metrics.map(({ dataPoints }) => dataPoints.length);
    t.deepEqual(counts, [1000, 1]);
    t.is(Object.keys(valuesOf((await source.collect()) as ResourceMetrics)).length, 1001);
  });

  test(`${sdk}: the largest size of exponential histograms is told`, async (t) => {
    for (const sliced of [true, false]) {
      const { meter, collect } = startOurs(sdk, { sliced, views: [{ name: 'e', maxSize: 20 }] });
      meter.createHistogram('e').record(1);
      const data = await collect();
      t.is(data.scopeMetrics[0]?.metrics[0]?.maxSize, 20);
    }
  });

  test(`${sdk}: an instrument whose storage has another shape is collected by the SDK`, async (t) => {
    const { meter, collect, lines } = startOurs(sdk);
    const counters = ['c', 'changed'].map((name) => meter.createCounter(name));
    const changed = counters[1] as unknown as { _writableMetricStorage: { _deltaMetricStorage: object } };
    Object.assign(changed._writableMetricStorage._deltaMetricStorage, { _reservoir: {} });
    for (const counter of counters) counter.add(1);
    t.deepEqual(valuesOf(await collect()), { 'c{}': 1, 'changed{}': 1 });
    for (const counter of counters) counter.add(2);
    t.deepEqual(valuesOf(await collect()), { 'c{}': 2, 'changed{}': 2 });
    t.is(lines.length, 1);
    t.regex(lines[0] ?? '', /^debug .*another shape/);
  });

  for (const [part, change] of Object.entries(OTHER_SHAPES)) {
    test(`${sdk}: where its ${part} has another shape, the SDK collects all instruments, and one line says so`, async (t) => {
      const ours = startOurs(sdk);
      const counters = ['c', 'd'].map((name) => ours.meter.createCounter(name));
      ours.meter.createObservableGauge('o').addCallback((result) => result.observe(7));
      change(ours);
      for (const by of [1, 2]) {
        for (const counter of counters) counter.add(by);
        t.deepEqual(valuesOf(await ours.collect()), { 'c{}': by, 'd{}': by, 'o{}': 7 });
      }
      t.deepEqual(valuesOf(await ours.collect()), { 'o{}': 7 });
      t.throws(() => ours.source.collectNow(), { message: /collects asynchronously only/ });
      t.is(ours.lines.length, 1);
      t.regex(ours.lines[0] ?? '', /^debug .*without slices: this version of it has another shape than those tested/);
    });
  }
}

/** @returns how many data points the SDK makes of the counter's series from now on, by call */
function madeBy(counter: object): readonly number[] {
  const made: number[] = [];
  const { _writableMetricStorage: storage } = counter as { _writableMetricStorage: SwappableStorage };
  const deltas = storage._deltaMetricStorage;
  // The SDK has one aggregator for all counters.
  const shared = deltas._aggregator;
  const own = Object.create(shared) as typeof shared;
  own.toMetricData = (descriptor, temporality, records, endTime) => {
    made.push(records.length);
    return shared.toMetricData(descriptor, temporality, records, endTime);
  };
  Object.assign(deltas, { _aggregator: own });
  return made;
}
