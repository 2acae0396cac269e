/** Fewer points, with all peaks. */
import test from 'ava';
import * as fc from '../../../../test/support/properties';
import { downsample } from '../../../src/live/history/downsample';

test('a short timeline stays as it is', (t) => {
  const all = { times: [1, 2, 3], rows: [['a', [3, NaN, 1]]] as const };
  t.is(downsample(all, 10), all);
});

test('of each part stay the extremes, in the order in which they came', (t) => {
  const values = [0, 5, 1, 9, 2, 0, 7, 7];
  const times = values.map((_, i) => i);
  const { times: fewer, rows } = downsample({ times, rows: [['a', values]] }, 4);
  t.is(fewer.length, 4);
  t.deepEqual(rows, [['a', [0, 9, 0, 7]]]);
  const falling = downsample({ times, rows: [['a', values.toReversed()]] }, 4);
  t.deepEqual(falling.rows, [['a', [7, 0, 9, 0]]]);
});

test('whatever the numbers are, no extreme gets lost, times ascend, and there are no more points than asked for', (t) => {
  const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(NaN));
  const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), value), { minLength: 1, maxLength: 300 });
  t.notThrows(() =>
    fc.assert(
      fc.property(gaps, fc.integer({ min: 2, max: 100 }), (all, points) => {
        let time = 1_795_000_000_000;
        const times = all.map(([gap]) => (time += gap));
        const values = all.map(([, one]) => one);
        const fewer = downsample({ times, rows: [['a', values]] }, points);
        const row = fewer.rows[0]?.[1] ?? [];
        const known = (list: readonly number[]) => list.filter((one) => !Number.isNaN(one));
        const extremes = (list: readonly number[]) => [Math.max(...known(list)), Math.min(...known(list))];
        return (
          fewer.times.length <= Math.max(points, 2) &&
          row.length === fewer.times.length &&
          fewer.times.every((one, i) => i === 0 || one >= (fewer.times[i - 1] as number)) &&
          String(extremes(row)) === String(extremes(values))
        );
      }),
    ),
  );
});
