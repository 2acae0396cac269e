/**
 * A collection that fails, at whatever step, changes nothing of the snapshots that are being served, and the next one is
 * right again.
 */
import { createHash } from 'node:crypto';
import test from 'ava';
import * as fc from '../support/properties';
import { Columns } from '../../core/encoder/columns/columns';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { Positions } from '../../core/encoder/positions/positions';
import { FamilySeries } from '../../core/encoder/series/family-series';
import { PageSupply } from '../../core/encoder/series/page-supply';
import { SeriesIndex } from '../../core/encoder/series/series-index';
import { TextMemory } from '../../core/encoder/series/text-memory';
import { Tidying } from '../../core/encoder/tidying/tidying';
import { PageCache } from '../../workers/page-cache';
import { forEachSeries } from '../../core/series';
import { strideOf, type Snapshot } from '../../core/snapshot';
import { plainJson } from '../../workers/plain-form';
import { collected, counter, histogram, point, read, series } from '../core/encoder/collections';

/** Thrown in place of the step with that number; counts down. */
let stepsLeft = Infinity;

function failable(prototype: object): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (name === 'constructor' || typeof value !== 'function') continue;
    const method = value as (...args: unknown[]) => unknown;
    Object.defineProperty(prototype, name, {
      configurable: true,
      value(this: unknown, ...args: unknown[]): unknown {
        if (--stepsLeft < 0) throw new RangeError('Array buffer allocation failed');
        return method.apply(this, args);
      },
    });
  }
}
for (const { prototype } of [Columns, FamilySeries, PageSupply, Positions, SeriesIndex, TextMemory, Tidying]) {
  failable(prototype);
}

const OBJECTS = series(400);

const STEP = fc.record({
  first: fc.nat({ max: 200 }),
  length: fc.nat({ max: 200 }),
  backwards: fc.boolean(),
  strangers: fc.boolean(),
  capacity: fc.nat({ max: 2 }),
  without: fc.constantFrom('', '', '', 'c', 'h', 'e'),
  /** After how many steps it fails. */
  fails: fc.oneof(fc.constant(Infinity), fc.constant(Infinity), fc.nat({ max: 40 }), fc.nat({ max: 3000 })),
});

function metrics({ first, length, backwards, strangers, capacity, without }: Step, time: number): object[] {
  const some = OBJECTS.slice(first, first + length);
  if (backwards) some.reverse();
  const points = (value: unknown) => some.map((one) => point(strangers ? { ...one } : one, value));
  const buckets = { boundaries: [1], counts: [time, 1] };
  const half = { offset: 0, bucketCounts: new Array<number>(1 + 40 * capacity).fill(time) };
  const all = {
    c: counter('c', points(time)),
    h: histogram('h', points({ buckets, count: time, sum: 1 })),
    e: histogram('e', points({ count: time, sum: 1, scale: 0, zeroCount: 0, positive: half, negative: half }), 1),
  };
  return Object.entries(all).flatMap(([name, metric]) => (name === without ? [] : [metric]));
}
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

/** Everything that a reader sees of a snapshot, in short. */
function seen(snapshot: Snapshot): string {
  const cache = new PageCache();
  cache.use(snapshot);
  const { values, previous, scopes } = snapshot;
  const hash = createHash('sha1').update(plainJson(snapshot, cache));
  for (const family of scopes.flatMap(({ families }) => families)) {
    if (family.order !== undefined) hash.update(Buffer.from(family.order.buffer).toString('hex'));
    for (const { page, base } of family.pages) {
      hash.update(`${page.id} ${base} `);
      hash.update(Buffer.from(page.attributes));
    }
    forEachSeries(family, (page, _, offset) => {
      const end = offset + strideOf(page.layout);
      hash.update(String(values.slice(offset, end)));
      hash.update(String(previous?.values.slice(offset, end)));
    });
  }
  return hash.digest('hex');
}

for (const maxSeries of [100_000, 250]) {
  test.serial(`what is served stays as it is, whatever fails, with room for ${maxSeries} series`, async (t) => {
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 4, maxLength: 24 }), async (steps) => {
        const encoder = new SnapshotEncoder({ maxSeries });
        const ids = new Set<string>();
        let served: { readonly snapshot: Snapshot; readonly text: string } | undefined;
        for (const [i, step] of steps.entries()) {
          const data = metrics(step, i + 1);
          stepsLeft = step.fails;
          const result = await encoder.encode(collected(...data)).catch(() => undefined);
          const failed = stepsLeft < 0;
          stepsLeft = Infinity;
          if (served !== undefined) t.is(seen(served.snapshot), served.text, `after ${i}`);
          if (failed) failures++;
          else t.not(result, undefined);
          if (result === undefined) continue;
          const { snapshot } = result;
          for (const { families } of snapshot.scopes) {
            for (const { pages } of families) {
              for (const { page } of pages) ids.add(`${page.id}: ${Buffer.from(page.attributes).toString('hex')}`);
            }
          }
          served = { snapshot, text: seen(snapshot) };
          if (failed) continue;
          for (const index of snapshot.scopes[0]?.families.keys() ?? []) {
            for (const [, value] of read(snapshot, index).values()) t.is(value, i + 1);
          }
          if (maxSeries > 1000) t.is(snapshot.stats.series, data.length * step.length);
        }
        t.is(new Set([...ids].map((id) => id.split(':')[0])).size, ids.size, 'a page is another one under its id');
      }),
      { numRuns: 60, includeErrorInReport: true },
    );
    t.true(failures > 60, `${failures} failures`);
  });
}

test.serial('start times stay when two collections in a row fail, at whatever step', async (t) => {
  for (let fails = 0; fails < 120; fails++) {
    const encoder = new SnapshotEncoder({ maxSeries: 100_000 });
    const next = () => encoder.encode(collected(counter('a', [point({}, 1)]), counter('b', [point({}, 1)])));
    await next();
    const { snapshot } = await next();
    const text = seen(snapshot);
    for (let i = 0; i < 2; i++) {
      stepsLeft = fails;
      await next().catch(() => undefined);
      stepsLeft = Infinity;
      t.is(seen(snapshot), text, `after ${fails} steps`);
    }
    t.deepEqual(read((await next()).snapshot), read(snapshot), `after ${fails} steps`);
  }
});
