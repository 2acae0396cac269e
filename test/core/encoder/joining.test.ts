/** Families that only grow: the pages of the few series that come in each collection are joined. */
import test from 'ava';
import * as fc from '../../support/properties';
import type { Attributes, HrTime } from '../../../core/otel';
import { COUNT, PAGE_SERIES, START, strideOf, type Snapshot } from '../../../core/snapshot';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { forEachSeries } from '../../../core/series';
import { counter, deltas, encode, familyOf, histogram, pageIds, point, read, series } from './collections';

const MANY = 1_000_000;

test('pages of new series are joined, and the pages before them stay as they are', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(5000);
  let length = 600;
  let first: number | undefined;
  for (let i = 0; i < 200; i++) {
    const snapshot = await encode(
      encoder,
      counter(
        'c',
        all.slice(0, length).map((one) => point(one, i)),
      ),
    );
    const sizes = familyOf(snapshot).pages.map(({ page }) => page.size);
    t.true(sizes.filter((size) => size <= PAGE_SERIES / 2).length <= 10, sizes.join());
    t.is(
      sizes.reduce((sum, size) => sum + size),
      length,
    );
    t.is(pageIds(snapshot)[0], (first ??= pageIds(snapshot)[0]), 'never packed anew');
    t.is(familyOf(snapshot).order, undefined);
    length += 20;
  }
});

/** A series of each kind, as the SDK keeps them: while its numbers do not change, its arrays are the same ones. */
class Series {
  readonly attributes: Attributes;
  value = 1;
  private counts = [1, 0, 0];

  constructor(
    id: number,
    private start: HrTime,
  ) {
    this.attributes = { id };
  }

  change(): void {
    this.value++;
    this.counts = this.counts.map((count, i) => (i === this.value % 3 ? count + 1 : count));
  }

  restart(seconds: number): void {
    this.start = [seconds, 0];
  }

  get expected(): { readonly start: number; readonly value: number; readonly counts: readonly number[] } {
    return { start: this.start[0] * 1e6, value: this.value, counts: this.counts };
  }

  points() {
    const { attributes, start, value, counts } = this;
    const sides = { positive: { offset: 0, bucketCounts: counts }, negative: { offset: 0, bucketCounts: [] } };
    return {
      c: point(attributes, value, start),
      h: point(attributes, { buckets: { boundaries: [1, 2], counts }, count: value, sum: 0.5 * value }, start),
      e: point(attributes, { count: value, sum: 0.5 * value, scale: 0, zeroCount: 0, ...sides }, start),
    };
  }
}

const STEP = fc.record({
  /** How many series come. Few, or columns would be made anew at each joining. */
  come: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat({ max: 12 }) }),
  /** 3: every third series changes. */
  changes: fc.constantFrom(1, 3, 50, MANY),
  restarts: fc.constantFrom(MANY, MANY, MANY, 40),
  /** For how many snapshots tasks hold this one. */
  held: fc.nat({ max: 4 }),
  /** Whether one series is missing in this collection: it is looked up by content afterwards. */
  gap: fc.constantFrom(...new Array<boolean>(12).fill(false), true),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

/** The numbers that a snapshot has, and those of the snapshot before, as a task reads them. */
function numbersOf(snapshot: Snapshot): number[][] {
  const numbers: number[][] = [];
  for (const family of [0, 1, 2]) {
    forEachSeries(familyOf(snapshot, family), (page, _, offset) => {
      for (const column of [snapshot.values, snapshot.previous?.values ?? new Float64Array()])
        numbers.push([...column.subarray(offset, offset + strideOf(page.layout))]);
    });
  }
  return numbers;
}

/** @returns whether any pages were joined */
async function grow(first: number, steps: readonly Step[]): Promise<boolean> {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = Array.from({ length: first }, (_, id) => new Series(id, [1, 0]));
  let last = new Map<string, { readonly start: number; readonly value: number }>();
  let joined = false;
  let pages = 0;
  const holds: {
    readonly snapshot: Snapshot;
    readonly numbers: number[][];
    readonly until: number;
    release(): void;
  }[] = [];
  for (const [time, { come, changes, restarts, held, gap }] of steps.entries()) {
    all.forEach((one, i) => {
      if ((i + time) % changes === 0) one.change();
      if ((i + time) % restarts === 0) one.restart(time + 2);
    });
    for (let i = 0; i < come; i++) all.push(new Series(all.length, [time + 2, 0]));
    const present = gap ? all.filter((_, i) => i !== time) : all;
    const points = present.map((one) => one.points());
    const snapshot = await encode(
      encoder,
      counter(
        'c',
        points.map(({ c }) => c),
      ),
      histogram(
        'h',
        points.map(({ h }) => h),
      ),
      histogram(
        'e',
        points.map(({ e }) => e),
        1,
      ),
    );
    const now = new Map<string, { readonly start: number; readonly value: number }>();
    for (const { attributes, expected } of present) now.set(JSON.stringify(attributes), expected);
    for (const family of [0, 1, 2]) {
      const numbers = read(snapshot, family);
      const before = read(snapshot, family, snapshot.previous?.values ?? new Float64Array());
      if (numbers.size !== present.length) throw new Error(`${numbers.size} series, expected ${present.length}`);
      for (const { attributes, expected } of present) {
        const text = JSON.stringify(attributes);
        const [own, old] = [numbers.get(text)!, before.get(text)!];
        const was = last.get(text);
        same([own[START], own[COUNT]], [expected.start, expected.value], `${family} ${text} at ${time}`);
        if (family === 1) same(own.slice(5, 8), expected.counts, `counts of ${text} at ${time}`);
        if (was === undefined) same(!(old[START]! >= 0), true, `${family} ${text} is new at ${time}`);
        else same([old[START], old[COUNT]], [was.start, was.value], `${family} ${text} before ${time}`);
      }
    }
    last = now;
    for (const hold of holds) same(numbersOf(hold.snapshot), hold.numbers, `held at ${time}`);
    for (const hold of holds.splice(0)) {
      if (hold.until > time) holds.push(hold);
      else hold.release();
    }
    holds.push({ snapshot, numbers: numbersOf(snapshot), until: time + held, release: encoder.hold(snapshot) });
    const count = familyOf(snapshot).pages.length;
    if (count < pages) joined = true;
    pages = count;
  }
  return joined;
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}

test('numbers, and what they were before, are right whatever is joined, and snapshots being read stay as they are', async (t) => {
  let joined = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 3, 520), fc.array(STEP, { minLength: 20, maxLength: 40 }), async (...life) => {
      if (await grow(...life)) joined++;
    }),
    { numRuns: 20, includeErrorInReport: true },
  );
  t.true(joined > 10, `pages were joined in ${joined} of 20`);
});

test('a family of small pages that is missing for once has no previous numbers', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(12);
  const next = (length: number, value: number) =>
    encode(
      encoder,
      counter('other', []),
      counter(
        'c',
        all.slice(0, length).map((one) => point(one, value)),
      ),
    );
  for (let i = 1; i <= 8; i++) t.is(familyOf(await next(i, i), 1).pages.length, i);
  await encode(encoder, counter('other', []));
  const back = await next(9, 9);
  t.is(familyOf(back, 1).pages.length, 2);
  t.deepEqual([...deltas(back, 1).values()], new Array(9).fill(undefined));
  t.deepEqual([...deltas(await next(9, 11), 1).values()], new Array(9).fill(2));
});

test('where a series has gone, nothing is joined', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(640);
  for (let i = 0; i <= 14; i++) {
    // At first there is no room to join the eight small pages. When a series goes, none comes, so that none is looked up.
    const present = all.slice(0, Math.min(600 + 5 * i, 640)).filter((_, id) => i < 9 || i > 11 || id !== 620);
    const points = present.map((one, id) => point(one, 1000 * i + id));
    const snapshot = await encode(encoder, counter('c', points));
    t.deepEqual(
      [...read(snapshot)].map(([text, own]) => [text, own[COUNT]]),
      present.map((one, id) => [JSON.stringify(one), 1000 * i + id]),
    );
    if (i > 8 && i < 12) t.is(familyOf(snapshot).pages.length, 9, `at ${i}`);
  }
});

test('where series are left out, nothing is joined', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 15 });
  const all = series(30);
  for (let i = 1; i <= all.length; i++) {
    // At the limit of series there are eight small pages.
    if (i === 15) continue;
    const points = all.slice(0, i).map((one, id) => point(one, 100 * i + id));
    const snapshot = await encode(encoder, counter('c', points));
    if (i > 15) t.is(familyOf(snapshot).pages.length, 8);
    t.deepEqual(
      [...read(snapshot)].map(([text, own]) => [text, own[COUNT]]),
      all.slice(0, Math.min(i, 15)).map((one, id) => [JSON.stringify(one), 100 * i + id]),
    );
  }
});

test('pages of several layouts are left as they are', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: MANY });
  const all = series(40);
  for (let i = 1; i <= all.length; i++) {
    const points = all.slice(0, i).map((one, id) => {
      const boundaries = id % 2 === 0 ? [1] : [1, 2];
      return point(one, {
        buckets: { boundaries, counts: [id, 0, 0].slice(0, boundaries.length + 1) },
        count: id,
        sum: i,
      });
    });
    const numbers = read(await encode(encoder, histogram('h', points)));
    t.deepEqual(
      [...numbers.values()].map((own) => own[COUNT]),
      points.map((_, id) => id),
    );
  }
});
