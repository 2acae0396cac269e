/** The contract of Mashroom's own collector, which other plugins rely on. */
import test from 'ava';
import { valuesOf } from '../../opentelemetry/sdk';
import { stayAlive } from '../../support/stay-alive';
import { SDKS, startTally } from './tallies';

for (const sdk of SDKS) {
  test(`${sdk}: what plugins record arrives, with valid names`, async (t) => {
    const { service } = startTally(sdk);
    service.counter('visits', 'Visits').inc();
    service.counter('visits', 'Visits').inc(2, { page: '/' });
    service.counter('visits', 'Visits').inc(null);
    service.counter('odd name-1.x', 'Odd').inc();
    service.histogram('seconds', 'Time').record(0.3, { page: '/' });
    t.deepEqual(valuesOf(await service.getOpenTelemetryResourceMetrics()), {
      'visits{}': 2,
      'visits{"page":"/"}': 2,
      'odd_name_1_x{}': 1,
      'seconds{"page":"/"}': 1,
    });
    service.counter('visits', 'Visits').inc();
    t.like(valuesOf(await service.getOpenTelemetryResourceMetrics()), { 'visits{}': 3, 'odd_name_1_x{}': 1 });
  });

  test(`${sdk}: metrics carry the instrument of OpenTelemetry`, async (t) => {
    const { service } = startTally(sdk);
    service.counter('visits', 'Visits').openTelemetryMetric?.add(4);
    service.histogram('seconds', 'Time').openTelemetryMetric?.record(1);
    await service.addObservableCallback(({ gauge, counter }) => {
      t.is(typeof gauge('open', 'Open').openTelemetryMetric?.addCallback, 'function');
      t.is(typeof counter('seen', 'Seen').openTelemetryMetric?.addCallback, 'function');
    });
    t.like(valuesOf(await service.getOpenTelemetryResourceMetrics()), { 'visits{}': 4, 'seconds{}': 1 });
  });

  test(`${sdk}: metrics of the MeterProvider arrive too`, async (t) => {
    const { service } = startTally(sdk);
    service.getOpenTelemetryMeterProvider().getMeter('mine').createCounter('own').add(3);
    t.deepEqual(valuesOf(await service.getOpenTelemetryResourceMetrics()), { 'own{}': 3 });
  });

  test(`${sdk}: series beyond cardinalityLimit are one, of which the log tells`, async (t) => {
    const { service, lines } = startTally(sdk, { config: { cardinalityLimit: 4 } });
    const visit = (...pages: number[]): void => {
      for (const page of pages) service.counter('visits', '').inc(1, { page });
    };
    visit(1, 2, 3, 4, 5);
    const counted = { 'visits{"page":1}': 1, 'visits{"page":2}': 1, 'visits{"page":3}': 1 };
    const folded = 'visits{"otel.metric.overflow":true}';
    t.deepEqual(valuesOf(await service.getOpenTelemetryResourceMetrics()), { ...counted, [folded]: 2 });
    t.is(lines.length, 1);
    t.regex(lines[0] ?? '', /^warn OpenTelemetry has put further series of visits into one/);
    // The limit holds between two collections.
    visit(4, 5);
    const later = { ...counted, 'visits{"page":4}': 1, 'visits{"page":5}': 1, [folded]: 2 };
    t.deepEqual(valuesOf(await service.getOpenTelemetryResourceMetrics()), later);
    t.is(lines.length, 1);
  });
}

const [sdk] = SDKS;

test('a name of another kind gets nothing, and one line', async (t) => {
  const { service, lines } = startTally(sdk);
  service.counter('visits', 'Visits').inc();
  for (let i = 0; i < 3; i++) service.histogram('visits', 'Visits').record(5);
  await service.addObservableCallback(({ gauge }) => gauge('visits', 'Visits').set(5));
  t.deepEqual(valuesOf(await service.getOpenTelemetryResourceMetrics()), { 'visits{}': 1 });
  t.deepEqual(
    lines.map((line) => line.slice(0, 69)),
    ['histogram', 'observable-gauge'].map((kind) =>
      `error The metric visits exists already as counter, so that what is recorded as ${kind}`.slice(0, 69),
    ),
  );
});

test('disabled metrics are not recorded, whatever they are', async (t) => {
  const { service, lines } = startTally(sdk, { config: { disableMetrics: ['off_1', 'off_2', 'off_3'] } });
  service.counter('off-1', '').inc();
  service.histogram('off_2', '').record(1);
  await service.addObservableCallback(({ gauge }) => gauge('off_3', '').set(1));
  service.counter('on', '').inc();
  t.deepEqual(valuesOf(await service.getOpenTelemetryResourceMetrics()), { 'on{}': 1 });
  t.deepEqual(lines, []);
});

test('buckets are those of the configuration by name, else of the plugin, else the default ones', async (t) => {
  const config = { customHistogramBucketConfig: { custom: [1, 2] }, defaultHistogramBuckets: [7, 8] };
  const { service } = startTally(sdk, { config });
  service.histogram('custom', '', [3]).record(1);
  service.histogram('own', '', [3, 4]).record(1);
  service.histogram('default', '').record(1);
  const { scopeMetrics } = await service.getOpenTelemetryResourceMetrics();
  const bounds = scopeMetrics[0]?.metrics.map(({ descriptor, dataPoints }) => {
    const value = dataPoints[0]?.value as { buckets: { boundaries: number[] } };
    return [descriptor.name, value.buckets.boundaries] as const;
  });
  t.deepEqual(bounds, [
    ['custom', [1, 2]],
    ['own', [3, 4]],
    ['default', [7, 8]],
  ]);
});

test('callbacks are asked at each collection, until they are removed', async (t) => {
  const { service } = startTally(sdk);
  let calls = 0;
  const { removeCallback } = await service.addObservableCallback(({ gauge, counter }) => {
    calls++;
    gauge('calls', 'Calls').set(calls, { kind: 'a' });
    counter('calls_total', 'Calls').set(calls);
  });
  t.is(calls, 1);
  t.deepEqual(valuesOf(await service.getOpenTelemetryResourceMetrics()), {
    'calls{"kind":"a"}': 2,
    'calls_total{}': 2,
  });
  t.like(valuesOf(await service.getOpenTelemetryResourceMetrics()), { 'calls_total{}': 3 });
  removeCallback();
  removeCallback();
  await service.getOpenTelemetryResourceMetrics();
  t.is(calls, 3);
});

test('shutdown removes all callbacks, and a later service goes on with what was counted', async (t) => {
  const { service, nextService } = startTally(sdk);
  let calls = 0;
  await service.addObservableCallback(({ gauge }) => gauge('calls', '').set(++calls));
  service.counter('visits', '').inc();
  service.shutdown();
  await service.getOpenTelemetryResourceMetrics();
  t.is(calls, 1);
  const next = nextService();
  next.counter('visits', '').inc();
  t.like(valuesOf(await next.getOpenTelemetryResourceMetrics()), { 'visits{}': 2 });
});

test('a callback that fails at once is not asked again, and the log says so', async (t) => {
  const { service, lines } = startTally(sdk);
  let calls = 0;
  const fails = (): never => {
    calls++;
    throw new Error('no connection');
  };
  const { removeCallback } = await service.addObservableCallback(fails);
  removeCallback();
  await service.getOpenTelemetryResourceMetrics();
  t.is(calls, 1);
  t.deepEqual(lines, ['error An observable callback fails, so its metrics are missing: no connection']);
});

test('a callback that fails or hangs later costs the others nothing, and is not called while it hangs', async (t) => {
  const { service, lines } = startTally(sdk);
  stayAlive(t);
  let mode = 'well';
  let calls = 0;
  await service.addObservableCallback(async ({ gauge }) => {
    calls++;
    gauge('sick', '').set(1);
    if (mode === 'throw') throw new Error('gone');
    if (mode === 'hang') await new Promise(() => undefined);
  });
  await service.addObservableCallback(({ gauge }) => gauge('well', '').set(1));
  const collected = async () => Object.keys(valuesOf(await service.getOpenTelemetryResourceMetrics())).sort();
  t.deepEqual(await collected(), ['sick{}', 'well{}']);
  mode = 'throw';
  t.true((await collected()).includes('well{}'));
  t.regex(lines.join('\n'), /a callback fails: gone/);
  mode = 'hang';
  t.true((await collected()).includes('well{}'));
  const before = calls;
  t.true((await collected()).includes('well{}'));
  t.is(calls, before);
});
