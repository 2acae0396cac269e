/** Counts of series and of the values of attributes. */
import test from 'ava';
import * as fc from '../../../../test/support/properties';
import type { Attributes } from '../../../../core/otel';
import type { CardinalityApp, CardinalityCounts, CountedMetric } from '../../../protocol/cardinality';
import { CardinalityCounter } from '../../../workers/cardinality/count';
import { counter, point, series } from '../../../../test/core/encoder/collections';
import { unreadable } from '../../rounds-by-hand';
import { Instance } from '../cluster/merged-instances';

const ALL = 1_000_000;

function count(counts: CardinalityCounter, apps: readonly CardinalityApp[], maxNewPages = ALL): CardinalityCounts {
  const result = counts.run({ kind: 'cardinality', apps, maxNewPages });
  if (result.counts === undefined) throw new Error('there are unread pages');
  return result.counts;
}

async function appOf(app: string, ...runs: readonly (readonly object[])[]): Promise<CardinalityApp> {
  const answered = runs.map(async (metrics, pmId) => {
    const { snapshot } = await new Instance(pmId, `${app}-${pmId}`, app).answer(...metrics);
    return { pmId, snapshot };
  });
  return { app, runs: await Promise.all(answered) };
}

const orders = (...attributes: readonly Attributes[]): object =>
  counter(
    'orders',
    attributes.map((one) => point(one, 1)),
  );

test('attributes that cannot be read have no values, and all others are counted', async (t) => {
  const shop = await appOf('shop', [orders({ path: '/a' })], [orders({ path: '/b' }, { path: '/c' })]);
  const [good, bad] = shop.runs as [CardinalityApp['runs'][number], CardinalityApp['runs'][number]];
  const runs = [good, { ...bad, snapshot: unreadable(bad.snapshot) }];
  t.like(count(new CardinalityCounter(), [{ ...shop, runs }]), {
    series: 3,
    metrics: [{ metric: 'orders', series: 3, attributes: [{ name: 'path', values: 1 }] }],
  });
});

test('series are counted by metric and process, values over all processes', async (t) => {
  const shop = await appOf(
    'shop',
    [orders({ path: '/a', code: 200 }, { path: '/b', code: 200 }), counter('carts', [point({}, 1)])],
    [orders({ path: '/b', code: '200' }, { path: '/c', code: 500, more: true }, { path: '/d' })],
  );
  const api = await appOf('api', [orders({ path: '/a' })]);
  t.deepEqual(count(new CardinalityCounter(), [shop, api]), {
    series: 7,
    metrics: [
      {
        metric: 'orders',
        app: 'shop',
        series: 5,
        attributes: [
          { name: 'path', values: 4 },
          { name: 'code', values: 2 },
          { name: 'more', values: 1 },
        ],
        processes: [
          { pmId: 1, series: 3 },
          { pmId: 0, series: 2 },
        ],
      },
      { metric: 'carts', app: 'shop', series: 1, attributes: [], processes: [{ pmId: 0, series: 1 }] },
      {
        metric: 'orders',
        app: 'api',
        series: 1,
        attributes: [{ name: 'path', values: 1 }],
        processes: [{ pmId: 0, series: 1 }],
      },
    ],
  } satisfies CardinalityCounts);
});

test('series that are gone do not count, though their page is still there', async (t) => {
  const instance = new Instance(0, 'shop-0');
  const counts = new CardinalityCounter();
  const at = async (...attributes: readonly Attributes[]): Promise<CountedMetric | undefined> => {
    const { snapshot } = await instance.answer(orders(...attributes));
    return count(counts, [{ app: 'shop', runs: [{ pmId: 0, snapshot }] }]).metrics[0];
  };
  await at({ id: 1 }, { id: 2 }, { id: 3 });
  const later = await at({ id: 2 }, { id: 4 });
  t.is(later?.series, 2);
  t.deepEqual(later?.attributes, [{ name: 'id', values: 2 }]);
});

test('a page is read once, and no more new ones than allowed at a time', async (t) => {
  const shop = await appOf('shop', [orders(...series(5000))]);
  const counts = new CardinalityCounter();
  const run = (): boolean => counts.run({ kind: 'cardinality', apps: [shop], maxNewPages: 2 }).counts !== undefined;
  // Five pages.
  t.deepEqual([run(), run(), run(), run()], [false, false, true, true]);
  t.is(count(counts, [shop], 0).series, 5000);
  t.throws(() => count(new CardinalityCounter(), [shop], 0), { message: /unread/ });
  // What has been absent for a count is forgotten.
  count(counts, [], 0);
  t.throws(() => count(counts, [shop], 0), { message: /unread/ });
});

test('what does not fit into the memory is read each time, and counts are the same', async (t) => {
  const shop = await appOf('shop', [orders(...series(5000))], [orders(...series(3000, 4000))]);
  const small = new CardinalityCounter(10_000);
  for (let pieces = 0; pieces < 3; pieces++) small.run({ kind: 'cardinality', apps: [shop], maxNewPages: 1 });
  t.deepEqual(count(small, [shop], 1), count(new CardinalityCounter(), [shop]));
});

const value = fc.oneof(fc.constantFrom('a', 'b', '1', ''), fc.integer({ min: 0, max: 3 }), fc.boolean());
const attributes = fc.dictionary(fc.constantFrom('p', 'q', 'r', '__proto__'), value, {
  maxKeys: 3,
  noNullPrototype: true,
});
const runs = fc.array(fc.uniqueArray(attributes, { selector: (one) => JSON.stringify(Object.entries(one).sort()) }), {
  maxLength: 3,
});

test('counts are those of a naive count', async (t) => {
  await fc.assert(
    fc.asyncProperty(runs, async (sets) => {
      const shop = await appOf('shop', ...sets.map((ofRun) => [orders(...ofRun)]));
      const values = new Map<string, Set<string>>();
      for (const [name, one] of sets.flat().flatMap((set) => Object.entries(set))) {
        values.set(name, (values.get(name) ?? new Set()).add(String(one)));
      }
      const [metric] = count(new CardinalityCounter(), [shop]).metrics;
      t.is(metric?.series ?? 0, sets.flat().length);
      const counted = metric?.attributes.map((one) => `${one.name} ${one.values}`) ?? [];
      t.deepEqual(counted.sort(), Array.from(values, ([name, set]) => `${name} ${set.size}`).sort());
    }),
    { numRuns: 100 },
  );
});
