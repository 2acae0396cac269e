/** Snapshots as they cross to a worker thread. */
import { deepStrictEqual } from 'node:assert/strict';
import test from 'ava';
import * as fc from '../support/properties';
import type { PostedSnapshot } from '../../protocol/posted';
import { PostedForm } from '../../src/pool/posted';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { Slicer } from '../../core/slicer';
import { readPosted } from '../../workers/posted';
import { sequencesOfAllKinds } from '../core/property/all-kinds';
import { collected, counter, encode, histogram, point, series } from '../core/encoder/collections';
import { scalar, snapshotOf } from '../support/snapshots';

const cross = (posted: PostedSnapshot): PostedSnapshot => structuredClone(posted);

test('whatever is collected, the worker thread gets the same snapshot', async (t) => {
  await fc.assert(
    fc.asyncProperty(sequencesOfAllKinds, async (sequence) => {
      const encoder = new SnapshotEncoder({ maxSeries: 1000 });
      const form = new PostedForm();
      for (const [time, data] of sequence.entries()) {
        const { snapshot } = await encoder.encode({ data, time, intervalMs: 1, collectMs: 0 });
        deepStrictEqual(readPosted(cross(await form.of(snapshot))), snapshot);
      }
    }),
    { numRuns: 100, includeErrorInReport: true },
  );
  t.pass();
});

test('memory that is not shared crosses as a copy', async (t) => {
  const some = [1, 2, 3].map((value) => ({ attributes: { value }, now: scalar(value) }));
  const snapshot = snapshotOf({ families: [{ name: 'c', type: 'SUM', series: some }], pageSeries: 2 });
  t.false(snapshot.scopes[0]?.families[0]?.pages[0]?.page.attributes.buffer instanceof SharedArrayBuffer);
  const { scopes } = readPosted(cross(await new PostedForm().of(snapshot)));
  const texts = scopes[0]?.families[0]?.pages.map(({ page }) => Buffer.from(page.attributes).toString());
  t.deepEqual(texts, ['{"value":1}\n{"value":2}\n', '{"value":3}\n']);
});

test('orders cross, long ones and short ones', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100_000 });
  const lengths = [3, 5000, 4096, 7, 4095, 6000];
  const metrics = (from: number) =>
    lengths.map((length, index) => {
      const all = series(length).map((one) => point(one, 1));
      return counter(`c${index}`, index === 3 ? all : all.slice(from).reverse());
    });
  await encode(encoder, ...metrics(0));
  const snapshot = await encode(encoder, ...metrics(1));
  const posted = await new PostedForm().of(snapshot);
  deepStrictEqual(readPosted(cross(posted)), snapshot);
  t.deepEqual(
    posted.contents.longOrders.map(({ length }) => length),
    [4999, 5999],
  );
  t.is(posted.contents.shortOrders.length, 2 + 4095 + 4094);
});

/** One collection after the other, with the same objects but for what changes. */
function collections(): (change?: { readonly c?: object; readonly h?: object }) => Promise<PostedSnapshot> {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const form = new PostedForm();
  const c = counter('c', COUNTERS);
  const h = histogram('h', HISTOGRAMS);
  const { data } = collected(c, h);
  const [scope] = data.scopeMetrics;
  return async (change) => {
    const metrics = [
      { ...c, ...change?.c },
      { ...h, ...change?.h },
    ];
    const scopeMetrics = [{ ...scope, metrics }] as unknown as typeof data.scopeMetrics;
    const { snapshot } = await encoder.encode({ ...collected(), data: { ...data, scopeMetrics } });
    const posted = form.of(snapshot);
    if (form.of(snapshot) !== posted) throw new Error('made twice');
    return posted;
  };
}
const COUNTERS = series(20).map((one) => point(one, 1));
const HISTOGRAMS = series(5).map((one) =>
  point(one, { buckets: { boundaries: [1], counts: [1, 2] }, count: 3, sum: 4 }),
);

test('the families and pages of snapshots are written once for as long as they stay the same', async (t) => {
  const next = collections();
  let { contents: last } = await next();
  t.is((await next()).contents, last);
  const changes = [
    { dataPoints: [...COUNTERS, point({ id: 'new' }, 1)] },
    { dataPoints: COUNTERS.slice(1) },
    { dataPoints: [...COUNTERS].reverse() },
    { descriptor: { name: 'other', description: '', unit: '', type: 'COUNTER', valueType: 1 } },
    { isMonotonic: false },
    { aggregationTemporality: 0 },
    { dataPointType: 2 },
  ];
  for (const c of changes) {
    const { contents } = await next({ c });
    t.not(contents, last, JSON.stringify(c));
    t.is((await next({ c })).contents, contents);
    last = contents;
  }
});

test('new series have neither descriptors nor layouts written anew', async (t) => {
  const next = collections();
  const { contents } = await next({ h: { dataPoints: HISTOGRAMS.slice(2) } });
  const { contents: more } = await next();
  t.not(more.pages, contents.pages);
  t.is(more.heads, contents.heads);
  t.is(more.layouts, contents.layouts);
});

test('the event loop turns while many families and their pages are written', async (t) => {
  const metrics = Array.from({ length: 500 }, (_, index) => counter(`c${index}`, [point({}, 1)]));
  const snapshot = await encode(new SnapshotEncoder({ maxSeries: 1000 }), ...metrics);
  let turns = 0;
  const turn = (): void => {
    turns++;
    pending = setImmediate(turn);
  };
  let pending = setImmediate(turn);
  await new PostedForm(new Slicer(0)).of(snapshot);
  clearImmediate(pending);
  t.true(turns >= 500, `${turns} turns`);
});

/** Objects and pieces of memory that a message is made of. */
function partsOf(value: unknown, found = new Set<unknown>()): number {
  if (typeof value !== 'object' || value === null || found.has(value)) return found.size;
  found.add(value);
  if (ArrayBuffer.isView(value)) partsOf(value.buffer, found);
  else for (const part of Object.values(value)) partsOf(part, found);
  return found.size;
}

test('a message has about as many parts, however many families, pages and series there are', async (t) => {
  const partsWith = async (families: number, rows: number) => {
    const all = series(rows).map((one) => point(one, 1));
    const metrics = Array.from({ length: families }, (_, index) => counter(`c${index}`, all));
    const snapshot = await encode(new SnapshotEncoder({ maxSeries: 1_000_000 }), ...metrics);
    return partsOf(await new PostedForm().of(snapshot));
  };
  const few = await partsWith(1, 1);
  t.true((await partsWith(1000, 20)) < few + 60);
  // Pages stand in pieces of several, as soon as there are more of them.
  t.true((await partsWith(300, 1024)) < few + 200);
});
