/**
 * What an app collects by itself while the exporter's collection waits to be used is counted once. With observable
 * instruments it was counted twice: the collection that waited was not recognized as the one that was accepted.
 */
import test from 'ava';
import type { ResourceMetrics } from '../../core/otel';
import { SDKS, startOurs, valuesOf } from '../opentelemetry/sdk';

for (const sdk of SDKS) {
  test(`${sdk}: deltas that were accepted are not handed over again after a collection of the app`, async (t) => {
    const { meter, source, collect } = startOurs(sdk, { sliced: true });
    const counter = meter.createCounter('c');
    meter.createObservableGauge('o').addCallback((result) => result.observe(7));
    counter.add(1);
    const first = (await source.collect()) as ResourceMetrics;
    counter.add(2);
    await source.take();
    t.deepEqual(valuesOf(first), { 'c{}': 1, 'o{}': 7 });
    source.accept(first);
    t.deepEqual(valuesOf(await collect()), { 'c{}': 2, 'o{}': 7 });
  });
}
