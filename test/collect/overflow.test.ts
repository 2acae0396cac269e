/** Series that OpenTelemetry's SDK puts into one: nothing else would tell of them. */
import test from 'ava';
import type { MetricsSource } from '../../src/collect/sources/source';
import { Reader } from '../../src/opentelemetry/reader';
import { SDKS, startSdk } from '../core/encoder/sdk-metrics';
import { loadSdk, viewOf, type ViewOptions } from '../opentelemetry/sdk';
import { startCollector, type RunningCollector } from './running-collector';

/** The SDK's limit is 2,000, with the one that stands for the others. */
const TOO_MANY = 2005;
const MAX_SERIES = 100_000;

/** A process with a `Pm2MetricReader`, which collects as the exporter does. */
function startReader(name: string, views: readonly ViewOptions[]) {
  const sdk = loadSdk(name);
  let source: MetricsSource | undefined;
  const reader = new Reader({ maxSeries: MAX_SERIES }, (given) => {
    source = given;
    return { active: true, flush: () => Promise.resolve(), stop: () => Promise.resolve() };
  });
  const provider = new sdk.MeterProvider({ readers: [reader], views: views.map((view) => viewOf(sdk, view)) });
  const collect = async (): Promise<unknown> => {
    const data = await source?.collect(source.provider());
    source?.accept?.(data);
    return data;
  };
  return { meter: provider.getMeter('shop'), collect };
}

for (const sdk of SDKS) {
  test(`metrics of ${sdk} that have overflowed are told once each, and counted`, async (t) => {
    const { meter, collect } = startSdk(sdk);
    const full = ['a', 'b'].map((name) => meter.createCounter(name));
    const wide = meter.createObservableGauge('observed');
    wide.addCallback((result) => {
      for (let id = 0; id < TOO_MANY; id++) result.observe(id, { id });
    });
    meter.createCounter('small').add(1, { id: 1 });
    const collector = startCollector(t, { collect }, { maxSeries: MAX_SERIES });
    t.is((await collector.more(1)).stats.overflowedMetrics, 1);
    for (const counter of full) for (let id = 0; id < TOO_MANY; id++) counter.add(1, { id });
    // One may be under way.
    t.is((await collector.more(3)).stats.overflowedMetrics, 3);
    t.deepEqual(toldOf(collector), ['observed', 'a', 'b']);
  });

  test(`${sdk}: Pm2MetricReader keeps maxSeries, and tells of views whose own limit is lower`, async (t) => {
    const { meter, collect } = startReader(sdk, [
      { name: 'small', keys: ['id'], limit: 10 },
      { name: 'view', keys: ['id'] },
    ]);
    for (const name of ['small', 'view', 'without']) {
      const counter = meter.createCounter(name);
      for (let id = 0; id < TOO_MANY; id++) counter.add(1, { id });
    }
    const collector = startCollector(t, { collect }, { maxSeries: MAX_SERIES });
    const { stats } = await collector.more(1);
    t.is(stats.overflowedMetrics, 2);
    t.is(stats.series, 10 + 2000 + TOO_MANY);
    // Nothing is recorded any more: the numbers still lack the same series.
    t.is((await collector.more(2)).stats.overflowedMetrics, 2);
    t.deepEqual(toldOf(collector), ['small', 'view']);
  });
}

/** The metrics that the log says have overflowed. */
function toldOf({ log }: RunningCollector): (string | undefined)[] {
  return log.filter((line) => line.includes('otel.metric.overflow')).map((line) => /series of (\w+)/.exec(line)?.[1]);
}
