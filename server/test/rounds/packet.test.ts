import test from 'ava';
import * as fc from '../../../test/support/properties';
import { rangesOf } from '../../src/rounds/packet';

test('a request names its pages exactly, by as few ranges as possible', (t) => {
  t.deepEqual(rangesOf([3, 1, 2, 7]), [
    [1, 3],
    [7, 7],
  ]);
  t.deepEqual(rangesOf([]), []);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(200)), (ids) => {
      const ranges = rangesOf(ids);
      const named = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
      t.deepEqual(
        named,
        [...ids].sort((a, b) => a - b),
      );
      t.true(ranges.every(([first], i) => i === 0 || first > (ranges[i - 1]?.[1] ?? 0) + 1));
    }),
  );
});

test('ranges beyond the limit of an instance are left out: it sends those pages again', (t) => {
  t.is(rangesOf(Array.from({ length: 30_000 }, (_, i) => 2 * i)).length, 10_000);
});
