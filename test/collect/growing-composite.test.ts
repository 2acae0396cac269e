/** Sources that come and go while the exporter runs. */
import test from 'ava';
import { StateLog } from '../../core/state-log';
import { CompositeSource } from '../../src/collect/sources/composite';
import type { MetricsSource } from '../../src/collect/sources/source';
import { counted, valuesOf } from './collecting';

test('a source that is added takes part from the next collection on, and one that is removed is released', async (t) => {
  const composite = new CompositeSource([], new StateLog({ info: () => undefined, warn: () => undefined }));
  let released = 0;
  const source = (name: string): MetricsSource => ({
    provider: () => ({}),
    collect: () => counted(name, 1),
    release: () => {
      released++;
    },
  });
  const [first, second] = [source('a'), source('b')];
  composite.add({ source: first, label: 'first' });
  t.deepEqual(valuesOf(await composite.collect()), [['a', 1]]);
  composite.add({ source: second, label: 'second' });
  t.deepEqual(valuesOf(await composite.collect()), [
    ['a', 1],
    ['b', 1],
  ]);
  composite.remove(first);
  composite.remove(first);
  t.is(released, 1);
  t.deepEqual(valuesOf(await composite.collect()), [['b', 1]]);
  t.deepEqual(valuesOf(composite.collectNow()), [['b', 1]]);
});
