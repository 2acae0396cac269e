/** What was collected is let go of as soon as it is encoded: with a million series it is hundreds of megabytes. */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { SDKS, startOurs } from './sdk';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

for (const sdk of SDKS) {
  // In one go the SDK itself keeps it until the next collection.
  test.serial(`${sdk}: nothing of a collection in slices is kept`, async (t) => {
    const { meter, collect } = startOurs(sdk);
    const counter = meter.createCounter('c');
    const encoder = new SnapshotEncoder({ maxSeries: 1000 });
    /** @returns the attributes of one of the series, which nobody else has */
    const record = (): WeakRef<object> => {
      const attributes = { id: 499, side: 'a' };
      for (let id = 0; id < 499; id++) counter.add(1, { id });
      counter.add(1, attributes);
      return new WeakRef(attributes);
    };
    const collectAndEncode = async (): Promise<WeakRef<object>> => {
      const recorded = record();
      await encoder.encode({ data: await collect(), time: 0, intervalMs: 1, collectMs: 0 });
      return recorded;
    };
    await collectAndEncode();
    const recorded = await collectAndEncode();
    for (let i = 0; i < 20 && recorded.deref() !== undefined; i++) {
      await turn();
      gc();
    }
    t.is(recorded.deref(), undefined);
  });
}
