/** Series that OpenTelemetry's SDK puts into one: nothing else would tell of them. */
import test from 'ava';
import { SDKS, startSdk } from '../core/encoder/sdk-metrics';
import { startCollector } from './running-collector';

/** The SDK's limit is 2,000, with the one that stands for the others. */
const TOO_MANY = 2005;

for (const sdk of SDKS) {
  test(`metrics of ${sdk} that have overflowed are told once each, and counted`, async (t) => {
    const { meter, collect } = startSdk(sdk);
    const full = ['a', 'b'].map((name) => meter.createCounter(name));
    const wide = meter.createObservableGauge('observed');
    wide.addCallback((result) => {
      for (let id = 0; id < TOO_MANY; id++) result.observe(id, { id });
    });
    meter.createCounter('small').add(1, { id: 1 });
    const collector = startCollector(t, { collect }, { maxSeries: 100_000 });
    t.is((await collector.more(1)).stats.overflowedMetrics, 1);
    for (const counter of full) for (let id = 0; id < TOO_MANY; id++) counter.add(1, { id });
    // One may be under way.
    t.is((await collector.more(3)).stats.overflowedMetrics, 3);
    t.deepEqual(
      collector.log
        .filter((line) => line.includes('otel.metric.overflow'))
        .map((line) => /series of (\w+)/.exec(line)?.[1]),
      ['observed', 'a', 'b'],
    );
  });
}
