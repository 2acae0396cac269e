import test from 'ava';
import * as fc from '../../support/properties';
import { ExponentialBuckets } from '../../../core/exponential/buckets';
import { exponential, type Numbers } from '../../support/snapshots';
import { shown } from './computed';

const count = fc.nat({ max: 1000 });
const quantiles = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 })
  .map((q) => q.sort((a, b) => a - b));

const index = fc.integer({ min: -2000, max: 2000 });
const observation = fc.record({ scale: fc.integer({ min: -2, max: 12 }), index, negative: fc.boolean(), count });

test('exponential quantiles rise with q, whatever scales come together', (t) => {
  fc.assert(
    fc.property(fc.array(observation, { minLength: 1 }), count, quantiles, (observations, zero, qs) => {
      const recorded = new ExponentialBuckets();
      recorded.addZero(zero);
      for (const each of observations) {
        if (each.negative) recorded.addNegative(each.scale, each.index, each.count);
        else recorded.addPositive(each.scale, each.index, each.count);
      }
      const values = qs.map((q) => recorded.quantile(q));
      if (zero === 0 && observations.every((each) => each.count === 0)) return values.every(Number.isNaN);
      return values.every((value, i) => Number.isFinite(value) && (i === 0 || value >= (values[i - 1] ?? NaN)));
    }),
  );
  t.pass();
});

interface ExponentialNumbers {
  readonly scale: number;
  readonly zero: number;
  readonly positive: readonly [offset: number, counts: readonly number[]];
  readonly negative: readonly [offset: number, counts: readonly number[]];
}

const exponentialSpec: fc.Arbitrary<ExponentialNumbers> = fc.record({
  scale: fc.integer({ min: 0, max: 6 }),
  zero: count,
  positive: fc.tuple(fc.integer({ min: -40, max: 40 }), fc.array(count, { maxLength: 20 })),
  negative: fc.tuple(fc.integer({ min: -40, max: 40 }), fc.array(count, { maxLength: 20 })),
});

test('what an exponential histogram recorded since is what it shows, though its scale was lowered', (t) => {
  fc.assert(
    fc.property(exponentialSpec, exponentialSpec, fc.integer({ min: 0, max: 4 }), (before, added, steps) => {
      const scale = Math.min(before.scale, added.scale) - steps;
      const change = atScale(scale, [added]);
      const probes = shown({
        families: [
          {
            name: 'e',
            type: 'EXPONENTIAL_HISTOGRAM',
            series: [{ now: atScale(scale, [before, added]), before: exponential(before, 200) }],
          },
        ],
      });
      const alone = shown({ families: [{ name: 'e', type: 'EXPONENTIAL_HISTOGRAM', series: [{ now: change }] }] });
      const names = ['e[p50]', 'e[p95]', 'e[p99]'] as const;
      return (
        names.every((name) => Object.is(probes[name], alone[name])) &&
        probes['e[count/s]'] === (change.numbers[1] ?? 0) / 10
      );
    }),
  );
  t.pass();
});

/** The sum of histograms at a scale, computed bucket by bucket. */
function atScale(scale: number, all: readonly ExponentialNumbers[]): Numbers {
  const side = (name: 'positive' | 'negative'): [number, number[]] => {
    const sums = new Map<number, number>();
    for (const each of all) {
      const [offset, counts] = each[name];
      counts.forEach((value, i) => {
        const target = Math.floor((offset + i) / 2 ** (each.scale - scale));
        sums.set(target, (sums.get(target) ?? 0) + value);
      });
    }
    if (sums.size === 0) return [0, []];
    const low = Math.min(...sums.keys());
    const high = Math.max(...sums.keys());
    return [low, Array.from({ length: high - low + 1 }, (_, i) => sums.get(low + i) ?? 0)];
  };
  const zero = all.reduce((sum, each) => sum + each.zero, 0);
  return exponential({ scale, zero, positive: side('positive'), negative: side('negative') }, 200);
}
