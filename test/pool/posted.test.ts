/** Snapshots as they cross to a worker thread. */
import { deepStrictEqual } from 'node:assert/strict';
import test from 'ava';
import * as fc from 'fast-check';
import type { PostedSnapshot } from '../../protocol/posted';
import { PostedForm } from '../../src/pool/posted';
import { SnapshotEncoder } from '../../src/snapshot/encoder';
import { readPosted } from '../../workers/posted';
import { sequences } from '../property/world';
import { collected, counter, encode, histogram, point, series } from '../snapshot/build';
import { scalar, snapshotOf } from '../workers/probes/build';

const cross = (posted: PostedSnapshot): PostedSnapshot => structuredClone(posted);

test('whatever is collected is the same snapshot on the other side', async (t) => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const encoder = new SnapshotEncoder({ maxSeries: 1000 });
      const form = new PostedForm();
      for (const [time, data] of sequence.entries()) {
        const { snapshot } = await encoder.encode({ data, time, intervalMs: 1, collectMs: 0 });
        deepStrictEqual(readPosted(cross(form.of(snapshot))), snapshot);
      }
    }),
    { numRuns: 100, includeErrorInReport: true },
  );
  t.pass();
});

test('memory that is not shared crosses as a copy', (t) => {
  const some = [1, 2, 3].map((value) => ({ attributes: { value }, now: scalar(value) }));
  const snapshot = snapshotOf({ families: [{ name: 'c', type: 'SUM', series: some }], pageSeries: 2 });
  t.false(snapshot.scopes[0]?.families[0]?.pages[0]?.page.attributes.buffer instanceof SharedArrayBuffer);
  const { scopes } = readPosted(cross(new PostedForm().of(snapshot)));
  const texts = scopes[0]?.families[0]?.pages.map(({ page }) => Buffer.from(page.attributes).toString());
  t.deepEqual(texts, ['{"value":1}\n{"value":2}\n', '{"value":3}\n']);
});

test('a snapshot is made ready once, and what describes it once for as long as it stays the same', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const form = new PostedForm();
  const all = series(20).map((one) => point(one, 1));
  const c = counter('c', all);
  const h = histogram(
    'h',
    series(3).map((one) => point(one, { buckets: { boundaries: [1], counts: [1, 2] }, count: 3, sum: 4 })),
  );
  const { data } = collected(c, h);
  const next = async (change?: object) => {
    const metrics = change === undefined ? [c, h] : [{ ...c, ...change }, h];
    const scopes = [{ ...data.scopeMetrics[0], metrics }] as unknown as typeof data.scopeMetrics;
    // The scope stays the same object, as OpenTelemetry's does.
    const encoded = await encoder.encode({ ...collected(), data: { ...data, scopeMetrics: scopes } });
    const posted = form.of(encoded.snapshot);
    t.is(form.of(encoded.snapshot), posted);
    return posted.contents;
  };
  const first = await next();
  t.is(await next(), first);
  const changes = [
    { dataPoints: [...all, point({ id: 'new' }, 1)] },
    { dataPoints: all.slice(1) },
    { dataPoints: [...all].reverse() },
    { descriptor: { name: 'other', description: '', unit: '', type: 'COUNTER', valueType: 1 } },
    { isMonotonic: false },
    { aggregationTemporality: 0 },
    { dataPointType: 2 },
  ];
  let last = first;
  for (const change of changes) {
    const contents = await next(change);
    t.not(contents, last, JSON.stringify(change));
    t.is(await next(change), contents);
    last = contents;
  }
});

/** Objects and pieces of memory that a message is made of. */
function partsOf(value: unknown, found = new Set<unknown>()): number {
  if (typeof value !== 'object' || value === null || found.has(value)) return found.size;
  found.add(value);
  if (ArrayBuffer.isView(value)) partsOf(value.buffer, found);
  else for (const part of Object.values(value)) partsOf(part, found);
  return found.size;
}

test('what crosses are about as many parts, however many families, pages and series there are', async (t) => {
  const partsWith = async (families: number, rows: number) => {
    const all = series(rows).map((one) => point(one, 1));
    const metrics = Array.from({ length: families }, (_, index) => counter(`c${index}`, all));
    const snapshot = await encode(new SnapshotEncoder({ maxSeries: 1_000_000 }), ...metrics);
    return partsOf(new PostedForm().of(snapshot));
  };
  const few = await partsWith(1, 1);
  t.true((await partsWith(1000, 20)) < few + 60);
  // Pages stand in pieces of several, as soon as there are more of them.
  t.true((await partsWith(300, 1024)) < few + 200);
});
