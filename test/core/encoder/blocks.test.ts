/** Families of more series than a block of positions has: whatever comes and goes, on both sides of a block's end. */
import test from 'ava';
import type { Attributes, HrTime } from '../../../core/otel';
import { HISTOGRAM_BUCKETS, SCALAR_VALUE, START } from '../../../core/snapshot';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { BLOCK } from '../../../core/encoder/positions/position-block';
import { SeriesIndex } from '../../../core/encoder/series/series-index';
import { counter, encode, histogram, point, read, series } from './collections';

const BOUNDS = [1, 2];

/** Of both kinds, the values of every third series change from time to time. */
const KINDS = {
  counter: {
    value: (i: number, time: number): unknown => i + (i % 3 === 0 ? time : 0),
    number: (i: number, time: number) => i + (i % 3 === 0 ? time : 0),
    at: SCALAR_VALUE,
    metric: counter,
  },
  histogram: {
    value: (i: number, time: number): unknown => ({
      count: 1,
      sum: 1,
      buckets: { boundaries: BOUNDS, counts: countsOf(i, i % 3 === 0 ? time : 0) },
    }),
    number: (i: number, time: number) => i + (i % 3 === 0 ? time : 0),
    at: HISTOGRAM_BUCKETS,
    metric: histogram,
  },
} as const;

/** The counts of a series: the same array as long as they do not change. */
const kept = new Map<number, { readonly time: number; readonly counts: number[] }>();
function countsOf(i: number, time: number): number[] {
  let one = kept.get(i);
  if (one?.time !== time) kept.set(i, (one = { time, counts: [i + time, 0, 0] }));
  return one.counts;
}

const COUNT = 2 * BLOCK + 3;
const ALL = series(COUNT);
const fresh = (from: number, end: number): Attributes[] => ALL.slice(from, end).map((one) => ({ ...one }));

/** The series of each collection, one collection after the other. */
const HISTORY: readonly (readonly Attributes[])[] = [
  ALL.slice(0, BLOCK - 1),
  ALL.slice(0, BLOCK),
  ALL.slice(0, BLOCK + 1),
  ALL,
  ALL,
  ALL.filter((_, i) => i % 2 === 0),
  ALL,
  [...ALL.slice(0, BLOCK - 2), ...ALL.slice(BLOCK + 2)],
  [...ALL.slice(0, 5), ...fresh(5, BLOCK + 5), ...ALL.slice(BLOCK + 5)],
  [...ALL.slice(BLOCK), ...ALL.slice(0, BLOCK)],
  [...ALL.slice(0, BLOCK + 10).reverse(), ...ALL.slice(BLOCK + 10)],
  ALL.slice(0, 7),
  [],
  ALL,
];

for (const [kind, { value, number, at, metric }] of Object.entries(KINDS)) {
  test(`the numbers of a ${kind} of many series are right, whichever of them come and go`, async (t) => {
    const encoder = new SnapshotEncoder({ maxSeries: 1_000_000 });
    const before = new Map<string, number>();
    for (const [time, present] of HISTORY.entries()) {
      // The series near a block's end start anew now and then.
      const startOf = (i: number): HrTime => [1_795_000_000 + (Math.abs(i - BLOCK) < 3 ? time >> 1 : 0), 0];
      const points = present.map((attributes) => {
        const i = attributes['id'] as number;
        return point(attributes, value(i, time), startOf(i));
      });
      const snapshot = await encode(encoder, metric('m', points));
      const now = read(snapshot);
      const previous = read(snapshot, 0, snapshot.previous?.values ?? new Float64Array());
      t.is(now.size, present.length);
      const wrong: string[] = [];
      let position = 0;
      for (const [text, numbers] of now) {
        const i = present[position++]?.['id'] as number;
        if (text !== `{"id":${i}}`) wrong.push(`${text} at ${position}`);
        if (numbers[at] !== number(i, time)) wrong.push(`${text} is ${numbers[at]}`);
        if (numbers[START] !== startOf(i)[0] * 1e6) wrong.push(`${text} starts at ${numbers[START]}`);
        const old = previous.get(text);
        const was = old?.[START] === undefined || Number.isNaN(old[START]) ? undefined : old[at];
        if (was !== before.get(text)) wrong.push(`${text} was ${was}, not ${before.get(text)}`);
      }
      t.deepEqual(wrong.slice(0, 5), [], `at ${time}`);
      before.clear();
      for (const [text, numbers] of now) before.set(text, numbers[at] as number);
    }
  });
}

// Serial, and so before the others: it counts the calls of all encoders.
test.serial('no series is looked up by content as long as new ones only come behind the known ones', async (t) => {
  const { add } = SeriesIndex.prototype;
  let added = 0;
  SeriesIndex.prototype.add = function (...args) {
    added++;
    add.apply(this, args);
  };
  t.teardown(() => (SeriesIndex.prototype.add = add));
  const encoder = new SnapshotEncoder({ maxSeries: 1_000_000 });
  const take = (...all: Attributes[]) =>
    encode(
      encoder,
      counter(
        'c',
        all.map((one) => point(one, 1)),
      ),
    );
  for (const count of [10, 10, 2000, 2001, 5000]) await take(...ALL.slice(0, count));
  // Nor where series have only gone.
  await take(...ALL.slice(1, 5000));
  t.is(added, 0);
  // One series comes back, and another one is new: now the index is filled.
  await take(...ALL.slice(0, 5001));
  t.is(added, 5001);
  await take(...ALL.slice(0, 5002));
  t.is(added, 5001);
  await take(...fresh(0, 5002));
  t.is(added, 5002);
});
