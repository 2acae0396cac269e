/** What the app has removed is not held. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { promClientSource } from '../../src/prom-client';
import { NAMES, load } from './libraries';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What a `WeakRef` has given stays until the turn ends. */
async function areGone(refs: readonly WeakRef<object>[]): Promise<boolean> {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    if (refs.every((ref) => ref.deref() === undefined)) return true;
  }
  return false;
}

for (const name of NAMES) {
  test(`${name}: removed series, metrics and cleared registries are let go of`, async (t) => {
    const { Registry, Counter, Gauge, Histogram, Summary } = load(name);
    const registry = new Registry();
    const source = promClientSource(registry);
    const collect = async (): Promise<void> => {
      await source.collect(source.provider());
    };
    const series: WeakRef<object>[] = [];
    const metrics: WeakRef<object>[] = [];
    await (async () => {
      for (const [i, Class] of [Counter, Gauge, Histogram, Summary].entries()) {
        const metric = new Class({ name: `m${i}`, help: 'h', registers: [registry], labelNames: ['a'] });
        for (const a of ['x', 'y']) {
          const labels = { a };
          if (i < 2) metric.inc(labels, 1);
          else metric.observe(labels, 1);
          if (a === 'x') series.push(new WeakRef(labels));
        }
        metrics.push(new WeakRef(metric));
        await collect();
        metric.remove({ a: 'x' });
      }
      await collect();
    })();
    t.true(await areGone(series));
    registry.removeSingleMetric('m0');
    await collect();
    t.true(await areGone(metrics.slice(0, 1)));
    registry.clear();
    await collect();
    t.true(await areGone(metrics));
  });
}
