/** Properties of SDKs on which the encoder's speed rests. These tests fail if a later SDK lacks one of them. */
import test from 'ava';
import type { HistogramValue, MetricData } from '../../../core/otel';
import { attributesOf, metricOf, SDKS, startSdk } from './sdk-metrics';

const NAMES = ['counter', 'gauge', 'histogram', 'exponential', 'observed_counter', 'observed_gauge'];
const SERIES = 50;

interface Instruments {
  readonly change: (id: number) => void;
  readonly collect: () => Promise<MetricData[]>;
}

function start(sdk: string): Instruments {
  const { meter, collect } = startSdk(sdk);
  const counter = meter.createCounter('counter');
  const gauge = meter.createGauge('gauge');
  const histograms = [meter.createHistogram('histogram'), meter.createHistogram('exponential')];
  for (const instrument of [
    meter.createObservableCounter('observed_counter'),
    meter.createObservableGauge('observed_gauge'),
  ]) {
    instrument.addCallback((result) => {
      for (let id = 0; id < SERIES; id++) result.observe(id, { id });
    });
  }
  const change = (id: number): void => {
    counter.add(1, { id });
    gauge.record(id, { id });
    for (const histogram of histograms) histogram.record(id, { id });
  };
  for (let id = 0; id < SERIES; id++) change(id);
  return {
    change,
    async collect() {
      const data = await collect();
      return NAMES.map((name) => metricOf(data, name));
    },
  };
}

const countsOf = (metric: MetricData): unknown[] =>
  metric.dataPoints.map(({ value }) => (value as HistogramValue).buckets.counts);

const startsOf = (metric: MetricData): unknown[] => metric.dataPoints.map(({ startTime }) => startTime);

for (const sdk of SDKS) {
  test(`${sdk} keeps the array of a series' start time`, async (t) => {
    const { change, collect } = start(sdk);
    const first = await collect();
    for (let id = 0; id < SERIES; id += 3) change(id);
    for (const [i, metric] of (await collect()).entries()) {
      const known = startsOf(first[i] as MetricData);
      const changed = startsOf(metric).flatMap((startTime, at) => (startTime === known[at] ? [] : [at]));
      t.deepEqual(changed, [], metric.descriptor.name);
    }
  });

  test(`${sdk} hands out the same attributes objects in the same order at each collection`, async (t) => {
    const { change, collect } = start(sdk);
    const first = await collect();
    for (let round = 0; round < 3; round++) {
      for (let id = round; id < SERIES + round; id += 3) change(id);
      for (const [i, metric] of (await collect()).entries()) {
        const known = attributesOf(first[i] as MetricData);
        t.is(known.length, SERIES);
        t.true(attributesOf(metric).length >= SERIES);
        t.true(
          known.every((attributes, at) => attributesOf(metric)[at] === attributes),
          metric.descriptor.name,
        );
      }
    }
  });

  test(`${sdk} keeps the array of a histogram's counts as long as the histogram does not change`, async (t) => {
    const { change, collect } = start(sdk);
    const before = countsOf((await collect())[2] as MetricData);
    change(7);
    const after = countsOf((await collect())[2] as MetricData);
    t.deepEqual(before.map((counts, id) => (counts === after[id] ? [] : [id])).flat(), [7]);
  });

  test(`${sdk} does not touch what it has handed out`, async (t) => {
    const { change, collect } = start(sdk);
    const first = await collect();
    const copy = structuredClone(first.map(({ dataPoints }) => dataPoints));
    for (let id = 0; id < 2 * SERIES; id++) change(id);
    await collect();
    t.deepEqual(
      first.map(({ dataPoints }) => structuredClone(dataPoints)),
      copy,
    );
  });
}
