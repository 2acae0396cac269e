import test from 'ava';
import { moveExponential } from '../../../core/exponential/move';
import { EXP_BUCKETS, strideOf, type ExponentialLayout } from '../../../core/snapshot';

const layout = (positive: number, negative: number): ExponentialLayout => ({
  kind: 'exponential',
  sum: true,
  min: true,
  max: true,
  positive,
  negative,
});

const HEAD = Array.from({ length: EXP_BUCKETS }, (_, i) => 100 + i);

for (const [what, after, buckets] of [
  ['a larger one, whose other counts are zero', layout(4, 3), [1, 2, 0, 0, 7, 8, 0]],
  ['one that has no room for some counts', layout(1, 0), [1]],
] as const) {
  test(`an exponential histogram moves to another layout: ${what}`, (t) => {
    const before = layout(2, 2);
    const source = new Float64Array([-1, ...HEAD, 1, 2, 7, 8, -1]);
    const target = new Float64Array(strideOf(after) + 4).fill(-1);
    moveExponential({ values: source, at: 1, layout: before }, { values: target, at: 2, layout: after });
    t.deepEqual([...target], [-1, -1, ...HEAD, ...buckets, -1, -1]);
  });
}

test('it moves within one array too', (t) => {
  const values = new Float64Array([...HEAD, 1, 2, ...new Array<number>(20).fill(-1)]);
  moveExponential({ values, at: 0, layout: layout(1, 1) }, { values, at: 14, layout: layout(2, 1) });
  t.deepEqual([...values.subarray(0, 14)], [...HEAD, 1, 2, -1]);
  t.deepEqual([...values.subarray(14, 28)], [...HEAD, 1, 0, 2]);
});
