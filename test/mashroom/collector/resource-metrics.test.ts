/**
 * What others get is what a reader with cumulative temporality would give them: two processes record the same and collect at
 * the same moments, and the official serializer makes the same text of both.
 */
import test from 'ava';
import * as fc from '../../support/properties';
import { recorder, recordings } from '../../core/encoder/deltas/recordings';
import { render } from '../../support/rendered';
import { SDKS, startCumulative, startTally } from './tallies';

/** The release of each SDK. */
const SERIALIZERS = {
  'sdk-metrics-1': 'exporter-prometheus-1',
  '@opentelemetry/sdk-metrics': '@opentelemetry/exporter-prometheus',
  'sdk-metrics-3': 'exporter-prometheus-3',
};

for (const sdk of SDKS) {
  test(`${sdk}: the text is that of a cumulative reader, byte for byte`, async (t) => {
    let lines = 0;
    await fc.assert(
      fc.asyncProperty(recordings, async (sequence) => {
        const { tally } = startTally(sdk);
        const twin = startCumulative(sdk);
        const recorders = [tally.instruments.meter, twin.meter].map(recorder);
        for (const step of sequence) {
          for (const recording of step) for (const record of recorders) record(recording);
          const text = render(SERIALIZERS[sdk], await tally.resourceMetrics());
          const expected = render(SERIALIZERS[sdk], await twin.collect());
          if (text !== expected) throw new Error(`${text}\n--- expected\n${expected}`);
          lines += text.split('\n').length;
        }
      }),
      { numRuns: 20, includeErrorInReport: true },
    );
    t.true(lines > 2000, `${lines} lines compared`);
  });

  test(`${sdk}: values of exponential histograms are those of a cumulative reader`, async (t) => {
    const views = [{ name: 'exponential', maxSize: 20 }];
    const { tally } = startTally(sdk, { views });
    const twin = startCumulative(sdk, { views });
    const record = [tally.instruments.meter, twin.meter].map((meter) => meter.createHistogram('exponential'));
    for (const value of [1, 2, 0, -4, 1e6, 3]) {
      for (const histogram of record) histogram.record(value, { kind: 'a' });
      const [own, expected] = [await tally.resourceMetrics(), await twin.collect()].map(
        ({ scopeMetrics }) => scopeMetrics[0]?.metrics[0],
      );
      t.deepEqual(own?.dataPoints[0]?.value, expected?.dataPoints[0]?.value);
      t.deepEqual(own?.descriptor, expected?.descriptor);
    }
  });
}

test('attributes are the same objects at each call, and calls at the same time give the same numbers', async (t) => {
  const { service } = startTally('sdk-metrics-1');
  for (let i = 0; i < 3000; i++) service.counter('visits', '').inc(1, { page: `p${i}` });
  const all = await Promise.all([1, 2, 3].map(() => service.getOpenTelemetryResourceMetrics()));
  const points = all.map(({ scopeMetrics }) => scopeMetrics[0]?.metrics[0]?.dataPoints ?? []);
  for (const some of points) {
    t.is(some.length, 3000);
    t.true(some.every(({ value }) => value === 1));
    t.is(some[2999]?.attributes, points[0]?.[2999]?.attributes);
  }
});

test('the event loop turns while the answer is built', async (t) => {
  const series = 20_000;
  const { tally, service } = startTally('sdk-metrics-1', { sliceMs: 0 });
  for (let i = 0; i < series; i++) service.counter('visits', '').inc(1, { page: `p${i}` });
  // After this, nothing is new to collect and to encode, which have slices of their own.
  await tally.resourceMetrics();
  let turns = 0;
  const turn = (): void => {
    turns++;
    pending = setImmediate(turn);
  };
  let pending = setImmediate(turn);
  const { scopeMetrics } = await tally.resourceMetrics();
  clearImmediate(pending);
  t.is(scopeMetrics[0]?.metrics[0]?.dataPoints.length, series);
  // A turn per 64 data points.
  t.true(turns >= series / 64, `${turns} turns`);
});
