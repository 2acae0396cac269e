/**
 * What a process has counted is in its last numbers, also where its first collection has not been used yet, because another
 * source has kept it waiting. The reader took the first collection that it handed over for one that was used.
 */
import test from 'ava';
import type { ResourceMetrics } from '../../core/otel';
import { StateLog } from '../../core/state-log';
import { functionSource } from '../../src/collect/sources/source';
import { combineSources } from '../../src/collect/sources/sources';
import { SDKS, startOurs, valuesOf } from '../opentelemetry/sdk';
import { stayAlive } from '../support/stay-alive';

for (const sdk of SDKS) {
  test(`${sdk}: a process that ends during its first collection loses nothing of it`, async (t) => {
    stayAlive(t);
    const { meter, source } = startOurs(sdk, { sliced: true });
    const counter = meter.createCounter('c');
    const hanging = functionSource(() => new Promise(() => undefined));
    const sources = [source, hanging].map((one, index) => ({ source: one, label: `sources[${index}]` }));
    const combined = combineSources(sources, new StateLog({ info: () => undefined, warn: () => undefined }));
    counter.add(1);
    // It is given up by the collection at the end.
    void (combined.collect(combined.provider()) as Promise<unknown>).catch(() => undefined);
    // It begins after the other one has ended.
    await source.take();
    counter.add(2);
    t.deepEqual(valuesOf(combined.collectNow?.(combined.provider()) as ResourceMetrics), { 'c{}': [1, 2] });
  });
}
