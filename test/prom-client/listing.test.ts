/** New series of large metrics are looked for in a share of the collections, and show after a number that is known. */
import test from 'ava';
import type { ResourceMetrics } from '../../core/otel';
import { promClientSource } from '../../src/prom-client';
import { Listing, boundOf } from '../../src/prom-client/readers/listing';
import { WITH_HASH_MAPS, load } from './libraries';

test('up to 3,500 series are listed each time, and no number of them waits for more than 30 collections', (t) => {
  t.deepEqual([0, 3500, 3501, 20_000, 100_000, 1e7].map(boundOf), [1, 1, 2, 6, 29, 30]);
});

test('where nothing is found the pauses grow up to the bound, and shrink where something is', (t) => {
  const listing = new Listing();
  const dueAt = (found: boolean, collections: number): number[] => {
    const at: number[] = [];
    for (let i = 1; i <= collections; i++) {
      if (!listing.beginCollection(29)) continue;
      at.push(i);
      listing.note(found, 29);
    }
    return at;
  };
  t.deepEqual(dueAt(true, 21), [1, 8, 15]);
  t.deepEqual(dueAt(false, 100), [1, 15, 43, 72]);
});

for (const name of WITH_HASH_MAPS) {
  for (const kind of ['Counter', 'Gauge'] as const) {
    test(`${name}: a new series of a ${kind} with 8,000 shows after three collections, and in a final one at once`, async (t) => {
      const library = load(name);
      const registry = new library.Registry();
      const metric = new library[kind]({ name: 'm', help: 'h', registers: [registry], labelNames: ['i'] });
      const source = promClientSource(registry);
      const count = (collected: unknown): number =>
        (collected as ResourceMetrics).scopeMetrics[0]?.metrics[0]?.dataPoints.length ?? 0;
      const collect = async (): Promise<number> => count(await source.collect(source.provider()));
      for (let i = 0; i < 8000; i++) metric.inc({ i });
      for (let i = 0; i < 10; i++) t.is(await collect(), 8000);
      metric.inc({ i: 'new' });
      let waited = 1;
      while ((await collect()) === 8000) waited++;
      t.true(waited <= boundOf(8000), String(waited));
      metric.inc({ i: 'last' });
      metric.remove({ i: 5 });
      metric.remove({ i: 'new' });
      t.is(count(source.collectNow!(source.provider())), 8000);
    });
  }
}

for (const name of WITH_HASH_MAPS) {
  test(`${name}: counters that were removed and have come again in the same order begin anew`, async (t) => {
    const library = load(name);
    const registry = new library.Registry();
    const metric = new library.Counter({ name: 'm', help: 'h', registers: [registry], labelNames: ['i'] });
    const source = promClientSource(registry);
    const numbers = async (): Promise<unknown[]> => {
      const collected = (await source.collect(source.provider())) as ResourceMetrics;
      return (collected.scopeMetrics[0]?.metrics[0]?.dataPoints ?? []).map(({ value }) => value);
    };
    for (const i of [1, 2, 3]) metric.inc({ i }, 10 * i);
    t.deepEqual(await numbers(), [10, 20, 30]);
    for (const i of [2, 3]) metric.remove({ i });
    for (const i of [2, 3]) metric.inc({ i }, i);
    t.deepEqual(await numbers(), [10, 2, 3]);
    // More than before: only the entry tells.
    metric.remove({ i: 3 });
    metric.inc({ i: 3 }, 100);
    t.deepEqual(await numbers(), [10, 2, 100]);
    metric.inc({ i: 3 });
    t.deepEqual(await numbers(), [10, 2, 101]);
  });
}
