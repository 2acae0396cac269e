/** The reader outside PM2: one line, and OpenTelemetry keeps nothing for it. */
import test from 'ava';
import { Reader } from '../../src/opentelemetry/reader';
import { sdkStateOf, storagesOf, isSwappable, type SdkCollector } from '../../src/opentelemetry/sdk-state';
import { foreignReader, loadSdk, newLog, SDKS, valuesOf, viewOf } from './sdk';

/** How many series and stashed collections the SDK keeps for our reader, or for instruments that only it has known. */
function keptFor(collector: SdkCollector): number {
  const sdk = sdkStateOf(collector);
  let kept = 0;
  for (const meter of sdk?.meterSharedStates.values() ?? []) {
    for (const storage of storagesOf(meter, collector)) {
      if (!isSwappable(storage)) throw new Error('a storage of another shape');
      kept += storage._temporalMetricStorage._unreportedAccumulations.get(collector)?.length ?? 0;
      kept += storage._deltaMetricStorage._activeCollectionStorage._valueMap.size;
    }
  }
  return kept;
}

class Watched extends Reader {
  given: SdkCollector | undefined;

  override setMetricProducer(collector: SdkCollector): void {
    this.given = collector;
    super.setMetricProducer(collector);
  }
}

function start(name: string, others: readonly object[] = []) {
  const sdk = loadSdk(name);
  const { lines, logger } = newLog();
  const reader = new Watched({ logger });
  const views = [viewOf(sdk, { name: 'viewed', keys: ['id'], limit: 50 })];
  const provider = new sdk.MeterProvider({ readers: [reader, ...others], views });
  const meter = provider.getMeter('shop');
  return { reader, provider, meter, lines, kept: () => keptFor(reader.given as SdkCollector) };
}

for (const sdk of SDKS) {
  test(`${sdk}: the log has one line, and nothing is kept of what is recorded`, async (t) => {
    const { provider, meter, lines, kept } = start(sdk);
    // In the same turn, before the reader has left.
    const early = ['c', 'viewed'].map((name) => meter.createCounter(name));
    early.forEach((counter) => counter.add(1, { id: 'early' }));
    await Promise.resolve();
    const late = meter.createHistogram('late');
    let observed = 0;
    meter.createObservableGauge('o').addCallback(() => {
      observed++;
    });
    for (let id = 0; id < 1000; id++) {
      for (const counter of early) counter.add(1, { id });
      late.record(1, { id });
    }
    t.true(kept() <= early.length, `${kept()} series`);
    t.is(observed, 0);
    t.is(lines.length, 1);
    t.regex(lines[0] ?? '', /^info PM2 has not started this process/);
    await t.notThrowsAsync(provider.forceFlush());
    await t.notThrowsAsync(provider.shutdown());
    t.is(lines.length, 1);
  });

  test(`${sdk}: a reader beside it has all numbers, and nothing is hoarded for ours`, async (t) => {
    const foreign = foreignReader(loadSdk(sdk));
    const { meter, kept } = start(sdk, [foreign]);
    const counters = ['c', 'viewed'].map((name) => meter.createCounter(name));
    for (let round = 0; round < 20; round++) {
      for (const counter of counters) counter.add(1, { id: 1 });
      await foreign.collect();
    }
    t.deepEqual(valuesOf((await foreign.collect()).resourceMetrics), { 'c{"id":1}': 20, 'viewed{"id":1}': 20 });
    t.is(kept(), 0);
  });
}

test('a reader that was given to a MeterProvider is refused by a second one', (t) => {
  const { reader } = start(SDKS[0]);
  t.throws(() => reader.setMetricProducer({ collect: () => Promise.reject(new Error()) }), { message: /again/ });
});

test('options that are wrong are a line each, and their defaults are used', (t) => {
  const { lines, logger } = newLog();
  const reader = new Reader({ logger, slicedCollection: 'no', intervalMs: 'often' });
  reader.setMetricProducer({ collect: () => Promise.reject(new Error()) });
  t.is(lines.length, 3, lines.join('\n'));
  t.regex(lines.join('\n'), /slicedCollection of the Pm2MetricReader is a string/);
  t.regex(lines.join('\n'), /intervalMs is "often"/);
  for (const options of [undefined, null, 7, 'text']) t.notThrows(() => new Reader(options));
});
