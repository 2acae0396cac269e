import test from 'ava';
import * as fc from '../../support/properties';
import { addAtLowerScale, lowerIndex, stepsToFit } from '../../../core/exponential/scale';

/** Index of the bucket of a value: the definition of the data model, upper bounds are inclusive. */
function bucketOf(value: number, scale: number): number {
  return Math.ceil(Math.log2(value) * 2 ** scale) - 1;
}

test('a value of a bucket lies in the bucket of the lower scale', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: -8, max: 12 }),
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: -4000, max: 4000 }),
      (scale, steps, index) => {
        // In the middle of the bucket, where rounding does no harm.
        const exponent = (index + 0.5) * 2 ** -scale;
        fc.pre(Math.abs(exponent) < 1000);
        t.is(bucketOf(2 ** exponent, scale), index);
        t.is(lowerIndex(index, steps), bucketOf(2 ** exponent, scale - steps));
      },
    ),
  );
});

test('steps add up, whatever the index and however many they are', (t) => {
  const index = fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 40), max: 2 ** 40 }));
  const steps = fc.integer({ min: 0, max: 70 });
  fc.assert(
    fc.property(index, steps, steps, (at, a, b) => {
      t.is(lowerIndex(lowerIndex(at, a), b) + 0, lowerIndex(at, a + b) + 0);
      t.is(lowerIndex(at, a) + 0, Number(BigInt(at) >> BigInt(a)));
    }),
  );
});

test('buckets fit after as few steps as possible', (t) => {
  const index = fc.integer({ min: -(2 ** 31), max: 2 ** 31 });
  fc.assert(
    fc.property(index, index, fc.integer({ min: 2, max: 1024 }), (a, b, capacity) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const steps = stepsToFit(low, high, capacity);
      const buckets = (n: number): number => lowerIndex(high, n) - lowerIndex(low, n) + 1;
      t.true(buckets(steps) <= capacity);
      t.true(steps === 0 || buckets(steps - 1) > capacity);
    }),
  );
  t.is(stepsToFit(Infinity, -Infinity, 2), 0);
});

test('every count is in the bucket of the lower scale, and none is lost', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 80 }),
      fc.integer({ min: -1000, max: 1000 }),
      fc.nat({ max: 8 }),
      fc.nat({ max: 3 }),
      (numbers, low, steps, at) => {
        const counts = Float64Array.from([...new Array<number>(at).fill(NaN), ...numbers]);
        const high = low + numbers.length - 1;
        const expected = new Map<number, number>();
        numbers.forEach((count, i) => {
          const index = Math.floor((low + i) / 2 ** steps);
          expected.set(index, (expected.get(index) ?? 0) + count);
        });
        const target = { low: lowerIndex(low, steps), high: lowerIndex(high, steps), at: 1 };
        const sums = new Float64Array(1 + target.high - target.low + 1).fill(7);
        addAtLowerScale({ counts, at, low, high }, steps, { ...target, counts: sums });
        t.deepEqual([...sums], [7, ...[...expected].map(([, count]) => count + 7)]);
      },
    ),
  );
});
