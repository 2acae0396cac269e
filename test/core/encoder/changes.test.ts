/** Cumulative metrics whose source says which of their data points have changed. */
import test from 'ava';
import * as fc from '../../support/properties';
import { SnapshotEncoder, type Encoded } from '../../../core/encoder/encoder';
import type { Changes, DataPoint, HrTime } from '../../../core/otel';
import { SCALAR_VALUE } from '../../../core/snapshot';
import { collected, counter, encode, histogram, point, read } from './collections';
import { allNumbers } from './deltas/all-numbers';
import { seen } from './deltas/metrics';

type Kept = { -readonly [Key in keyof DataPoint]: DataPoint[Key] };

/** A source with the same data points in all of its collections. */
class Source {
  points: Kept[] = [];
  private changed: number[] = [];
  private hasOtherStarts = false;
  private collection: object | undefined;
  private made = 0;

  constructor(private readonly kind: 'counter' | 'histogram') {}

  private get nextValue(): unknown {
    const value = ++this.made;
    return this.kind === 'counter' ? value : seen(...Array.from({ length: (value % 5) + 1 }, (_, i) => 1 + (i % 3)));
  }

  add(): void {
    this.collection = undefined;
    this.points.push(point({ id: this.made }, this.nextValue));
  }

  remove(index: number): void {
    if (this.points.length === 0) return;
    this.collection = undefined;
    this.points.splice(index % this.points.length, 1);
  }

  change(index: number, startTime?: HrTime): void {
    if (this.points.length === 0) return;
    const at = index % this.points.length;
    const known = this.points[at] as Kept;
    known.value = this.nextValue;
    if (startTime !== undefined) {
      known.startTime = startTime;
      this.hasOtherStarts = true;
    }
    this.changed.push(at);
  }

  collect(): { readonly metric: object; readonly changes: Changes } {
    const { collection: since, changed: indexes, hasOtherStarts } = this;
    const values = this.kind === 'counter' ? indexes.map((at) => this.points[at]?.value as number) : undefined;
    const collection = {};
    this.collection = collection;
    this.changed = [];
    this.hasOtherStarts = false;
    const metric = this.kind === 'counter' ? counter('c', this.points) : histogram('c', this.points);
    return { metric, changes: { collection, since, indexes, values, hasOtherStarts } };
  }
}

const newEncoder = (maxSeries = 10_000) => new SnapshotEncoder({ maxSeries });

for (const hasValues of [true, false]) {
  const which = hasValues
    ? 'no data points are looked at where changes have values'
    : 'only changed data points are looked at';
  test(which, async (t) => {
    const source = new Source('counter');
    for (let i = 0; i < 100; i++) source.add();
    let looks = 0;
    for (const one of source.points) {
      const { attributes } = one;
      Object.defineProperty(one, 'attributes', {
        get() {
          looks++;
          return attributes;
        },
      });
    }
    const encoder = newEncoder();
    const next = async () => {
      looks = 0;
      const { metric, changes } = source.collect();
      return encode(encoder, { ...metric, changes: hasValues ? changes : { ...changes, values: undefined } });
    };
    await next();
    t.true(looks >= 100);
    source.change(7);
    source.change(93);
    const snapshot = await next();
    t.is(looks, hasValues ? 0 : 2);
    t.deepEqual(
      [0, 7, 93].map((id) => read(snapshot).get(`{"id":${id}}`)?.[SCALAR_VALUE]),
      [1, 101, 102],
    );
    await next();
    t.is(looks, 0);
  });
}

test('changes that are not since the last snapshot, or are none, are not believed', async (t) => {
  const source = new Source('counter');
  for (let i = 0; i < 20; i++) source.add();
  const { metric, changes } = source.collect();
  const odd: unknown[] = [
    { ...changes, since: {} },
    { ...changes, since: changes.collection, indexes: [3], values: ['500'] },
    { ...changes, since: changes.collection, indexes: [3], values: [] },
    { ...changes, since: changes.collection, indexes: [3], values: 500 },
    { ...changes, since: changes.collection, indexes: [99] },
    { ...changes, since: changes.collection, indexes: [-1] },
    { ...changes, since: changes.collection, indexes: ['x'] },
    { ...changes, since: changes.collection, indexes: [0.5] },
    { ...changes, since: changes.collection, indexes: 'all' },
    { collection: 1, since: 1, indexes: [] },
    {},
    null,
    'changes',
  ];
  for (const one of odd) {
    const encoder = newEncoder();
    await encode(encoder, { ...metric, changes });
    (source.points[3] as Kept).value = 500;
    const snapshot = await encode(encoder, { ...metric, changes: one });
    t.is(read(snapshot).get('{"id":3}')?.[SCALAR_VALUE], 500, JSON.stringify(one));
    (source.points[3] as Kept).value = 4;
  }
});

test('pages that are joined later than in the next snapshot', async (t) => {
  const source = new Source('counter');
  for (let i = 0; i < 20; i++) source.add();
  const [plain, fast] = [newEncoder(), newEncoder()];
  const pages = async (isInterim: boolean): Promise<number | undefined> => {
    const { metric, changes } = source.collect();
    const theirs = await plain.encode({ ...collected(metric), isInterim });
    const { snapshot } = await fast.encode({ ...collected({ ...metric, changes }), isInterim });
    t.deepEqual(allNumbers(snapshot), allNumbers(theirs.snapshot));
    return snapshot.scopes[0]?.families[0]?.pages.length;
  };
  await pages(false);
  // Nothing is joined between interim snapshots.
  for (let i = 0; i < 12; i++) {
    source.add();
    await pages(true);
  }
  for (let i = 0; i < 5; i++) {
    source.change(25 + i);
    t.is(await pages(true), 13);
  }
  await pages(false);
  for (let i = 0; i < 5; i++) {
    source.change(21 + i);
    t.true(Number(await pages(i % 2 === 0)) < 13);
  }
});

test('a data point that no longer fits, beside one that begins anew', async (t) => {
  const source = new Source('histogram');
  for (let i = 0; i < 40; i++) source.add();
  const [plain, fast] = [newEncoder(), newEncoder()];
  const next = async (): Promise<void> => {
    const { metric, changes } = source.collect();
    const theirs = await encode(plain, metric);
    t.deepEqual(allNumbers(await encode(fast, { ...metric, changes })), allNumbers(theirs));
  };
  for (let i = 0; i < 4; i++) await next();
  source.change(0, [1_795_000_070, 0]);
  source.change(1);
  const { value } = source.points[1] as Kept & { value: { buckets: object } };
  (source.points[1] as Kept).value = { ...value, buckets: { boundaries: [5], counts: [1, 2] } };
  for (let i = 0; i < 6; i++) {
    await next();
    source.change(2 + i);
  }
});

const index = fc.nat({ max: 400 });
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('change'), index, times: fc.constantFrom(1, 2, 60) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart'), index, times: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('add', 'remove'), index, times: fc.constantFrom(1, 3) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('collect', 'collect', 'collect', 'interim', 'lose', 'skip', 'absent'),
      index,
      times: fc.constant(1),
    }),
  },
);

for (const kind of ['counter', 'histogram'] as const) {
  test(`snapshots are the same as without changes: ${kind}s`, async (t) => {
    let usable = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 120 }),
        fc.constantFrom(10, 300),
        fc.boolean(),
        async (steps, size, isLimited) => {
          const source = new Source(kind);
          for (let i = 0; i < size; i++) source.add();
          const maxSeries = isLimited ? size : 10_000;
          const [plain, fast] = [newEncoder(maxSeries), newEncoder(maxSeries)];
          // Snapshots that tasks still read: columns that are written again are older then.
          const held: (() => void)[] = [];
          for (const { kind: what, index: at, times } of steps) {
            for (let i = 0; i < times; i++) {
              if (what === 'change') source.change(at + 3 * i);
              else if (what === 'restart') source.change(at, [1_795_000_050 + at, 0]);
              else if (what === 'add') source.add();
              else if (what === 'remove') source.remove(at);
            }
            if (what === 'lose' || what === 'skip') source.collect();
            const isMissing = what === 'skip' || what === 'absent';
            if (!isMissing && what !== 'collect' && what !== 'interim') continue;
            const { metric, changes } = isMissing ? {} : source.collect();
            if (changes?.since !== undefined) usable++;
            const take = (encoder: SnapshotEncoder, ...metrics: readonly object[]): Promise<Encoded> =>
              encoder.encode({ ...collected(...metrics), isInterim: what === 'interim' });
            const theirs = await take(plain, ...(metric === undefined ? [] : [metric]));
            const ours = await take(fast, ...(metric === undefined ? [] : [{ ...metric, changes }]));
            t.deepEqual(allNumbers(ours.snapshot), allNumbers(theirs.snapshot));
            const [previous, expected] = [ours.snapshot.previous, theirs.snapshot.previous];
            t.is(previous?.generation, expected?.generation);
            if (at % 5 === 0) held.push(fast.hold(ours.snapshot), plain.hold(theirs.snapshot));
            if (at % 11 === 0) for (const release of held.splice(0)) release();
          }
        },
      ),
      { numRuns: 150 },
    );
    t.true(usable > 150);
  });
}
