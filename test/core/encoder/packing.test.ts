/** Long histories, in which most series go for good and the encoder packs the others anew, beside a plain model. */
import test, { type ExecutionContext } from 'ava';
import * as fc from '../../support/properties';
import type { Attributes, DataPoint, HrTime, ResourceMetrics } from '../../../core/otel';
import { COUNT, START, type Snapshot } from '../../../core/snapshot';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { PageCache } from '../../../workers/page-cache';
import { plainJson } from '../../../workers/plain-form';
import { collected, counter, histogram, point, read, places } from './collections';

/** Some snapshots in a row with the same series. */
const ERA = fc.record({
  first: fc.nat({ max: 300 }),
  length: fc.integer({ min: 1, max: 150 }),
  snapshots: fc.integer({ min: 1, max: 13 }),
  backwards: fc.boolean(),
  /** Whether the attributes are other objects than before, with the same content. */
  strangers: fc.boolean(),
  /** Choice of the bounds and of the number of buckets of all histograms. */
  layout: fc.nat({ max: 2 }),
  without: fc.constantFrom(undefined, undefined, undefined, 'c', 'h', 'e'),
  /** Which series have begun anew, by id: each fifth, all, or none. */
  restarted: fc.constantFrom(
    () => false,
    () => false,
    (id: number) => id % 5 === 0,
    () => true,
  ),
  /** For how many snapshots tasks hold each of them, so that columns of any age are written again. */
  held: fc.nat({ max: 3 }),
});
type Era = typeof ERA extends fc.Arbitrary<infer T> ? T : never;

const OBJECTS = Array.from({ length: 500 }, (_, id): Attributes => ({ id, name: `series ${id}` }));

function valueOf(kind: string, id: number, time: number, layout: number): unknown {
  const count = id + time;
  if (kind === 'c') return count;
  const counts = [count, time, 1, id].slice(0, 2 + layout);
  if (kind === 'h') return { buckets: { boundaries: counts.slice(1).map((_, i) => i), counts }, count, sum: time };
  const half = { offset: 0 - id, bucketCounts: new Array<number>(1 + 40 * layout).fill(time) };
  return { count, sum: id, scale: 3, zeroCount: time, positive: half, negative: { offset: 0, bucketCounts: [id] } };
}

/** The start time of the series with each of {@link OBJECTS}. */
type Starts = HrTime[];

function metrics(
  { first, length, backwards, strangers, layout, without }: Era,
  time: number,
  starts: Starts,
): object[] {
  const ids = Array.from({ length }, (_, i) => first + (backwards ? length - 1 - i : i));
  const points = (kind: string): DataPoint[] =>
    ids.map((id) => {
      const own = OBJECTS[id] as Attributes;
      return point(strangers ? { ...own } : own, valueOf(kind, id, time, layout), starts[id]);
    });
  const all = {
    c: () => counter('c', points('c')),
    h: () => histogram('h', points('h')),
    e: () => histogram('e', points('e'), 1),
  };
  return Object.entries(all).map(([kind, make]) => (kind === without ? counter('other', []) : make()));
}

type Point = Pick<DataPoint, 'attributes' | 'startTime' | 'value'>;

function pointsOf(data: ResourceMetrics): Map<string, Point[]> {
  const all = data.scopeMetrics[0]?.metrics ?? [];
  return new Map(
    all.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, startTime, value }) => ({ attributes, startTime, value })),
    ]),
  );
}

function told(snapshot: Snapshot): Map<string, Point[]> {
  const cache = new PageCache();
  cache.use(snapshot);
  return pointsOf(JSON.parse(plainJson(snapshot, cache)) as ResourceMetrics);
}

/** Counts of the scalars and histograms of one snapshot ago, by the series that were there. */
function before(snapshot: Snapshot, family: number): Map<string, number> {
  const numbers = read(snapshot, family, snapshot.previous?.values ?? new Float64Array());
  return new Map(
    [...numbers]
      .filter(([, all]) => all[START] !== undefined && !Number.isNaN(all[START]))
      .map(([text, all]) => [text, all[COUNT] as number]),
  );
}

const countOf = (value: unknown): number => (typeof value === 'number' ? value : (value as { count: number }).count);

async function live(t: ExecutionContext, eras: readonly Era[], maxSeries: number): Promise<number> {
  const encoder = new SnapshotEncoder({ maxSeries });
  let last = new Map<string, Map<string, { readonly count: number; readonly layout: number }>>();
  const starts: Starts = OBJECTS.map(() => [1, 0]);
  const holds: (() => void)[] = [];
  let time = 0;
  let most = 0;
  for (const era of eras) {
    for (const id of starts.keys()) if (era.restarted(id)) starts[id] = [time + 2, 1000 * id];
    for (let i = 0; i < era.snapshots; i++) {
      const collection = collected(...metrics(era, ++time, starts));
      const { snapshot, problems } = await encoder.encode(collection);
      holds.push(encoder.hold(snapshot));
      while (holds.length > era.held) holds.shift()?.();
      t.deepEqual(problems, []);
      most = Math.max(most, places(snapshot));
      const now: typeof last = new Map();
      const originals = pointsOf(collection.data);
      let dropped = 0;
      for (const [family, [name, points]] of [...told(snapshot)].entries()) {
        const expected = originals.get(name) as Point[];
        dropped += expected.length - points.length;
        const present = new Set(points.map(({ attributes }) => attributes['id']));
        t.deepEqual(
          points,
          expected.filter(({ attributes }) => present.has(attributes['id'])),
        );
        const counts = new Map(
          points.map(({ attributes, value }) => [
            JSON.stringify(attributes),
            { count: countOf(value), layout: era.layout },
          ]),
        );
        now.set(name, counts);
        const previous = before(snapshot, family);
        for (const [text, { count, layout }] of last.get(name) ?? []) {
          const same = counts.get(text)?.layout;
          if (same === undefined) continue;
          const was = previous.get(text);
          previous.delete(text);
          // Other bounds make another series; more buckets do not, where the older column has room for them.
          const other = name === 'h' ? same !== layout : name === 'e' && same > layout && was === undefined;
          t.is(was, other ? undefined : count, `${name} ${text} at ${time}`);
        }
        t.deepEqual([...previous.keys()], [], `${name} at ${time}`);
      }
      t.is(snapshot.stats.droppedSeries, dropped);
      if (maxSeries > 1000) t.is(dropped, 0);
      last = now;
    }
  }
  return most;
}

for (const maxSeries of [1_000_000, 300]) {
  test(`through all of a history numbers and what they were before are right, with room for ${maxSeries} series`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(ERA, { minLength: 1, maxLength: 10 }), async (eras) => {
        const most = await live(t, eras, maxSeries);
        t.true(most <= maxSeries);
      }),
      { numRuns: 12 },
    );
  });
}

/** The data points of one collection: which of a few attributes objects of the same content, with how many bounds. */
const TWINS = fc.array(fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 2 })), { maxLength: 8 });
const TWIN_OBJECTS = Array.from({ length: 8 }, (_, i): Attributes => ({ twin: i < 6 }));

test('there are as many series of the same content as data points, whatever positions and layouts they exchange', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(TWINS, { minLength: 10, maxLength: 40 }), async (history) => {
      const encoder = new SnapshotEncoder({ maxSeries: 1_000_000 });
      for (const [time, twins] of history.entries()) {
        const points = twins.map(([twin, layout]) =>
          point(TWIN_OBJECTS[twin] as Attributes, valueOf('h', twin, time, layout)),
        );
        const collection = collected(histogram('h', points));
        const { snapshot, problems } = await encoder.encode(collection);
        t.deepEqual(problems, []);
        t.deepEqual(told(snapshot), pointsOf(collection.data));
        t.is(snapshot.stats.series, points.length);
      }
    }),
    { numRuns: 100 },
  );
});
