import test from 'ava';
import { bucketQuantile } from '../../../core/query/quantile';

const quantile = (q: number, bounds: number[], counts: number[]): number =>
  bucketQuantile(q, bounds, Float64Array.from(counts));

test('a quantile is interpolated linearly within its bucket', (t) => {
  t.is(quantile(0.5, [1, 2, 4], [0, 0, 10, 0]), 3);
  t.is(quantile(0.5, [1, 2, 4], [10, 10, 0, 0]), 1);
  t.is(quantile(0.75, [1, 2, 4], [10, 10, 0, 0]), 1.5);
});

test('the first bucket begins at zero if it ends above zero; otherwise its end stands for it', (t) => {
  t.is(quantile(0.5, [8, 10], [10, 0, 0]), 4);
  t.is(quantile(0.5, [-8, 10], [10, 0, 0]), -8);
  t.is(quantile(0.5, [0, 10], [10, 0, 0]), 0);
  t.is(quantile(0.5, [-8, -4], [0, 10, 0]), -6);
});

test('a quantile above the highest bound is shown as that bound', (t) => {
  t.is(quantile(0.99, [1, 2], [1, 1, 98]), 2);
});

test('no quantile is in an empty bucket', (t) => {
  t.is(quantile(0.5, [1, 2, 3, 4], [5, 0, 0, 5, 0]), 1);
  t.is(quantile(0.51, [1, 2, 3, 4], [50, 0, 0, 50, 0]), 3.02);
  t.is(quantile(0, [1, 2, 3], [0, 4, 0, 0]), 1);
});

test('without observations or without bounds there is no quantile', (t) => {
  t.is(quantile(0.5, [1, 2], [0, 0, 0]), NaN);
  t.is(quantile(0.5, [], [10]), NaN);
});

test('a bucket without a lower end counts with its upper one', (t) => {
  t.is(quantile(0.5, [-Infinity, 1, 2], [0, 10, 0, 0]), 1);
  t.is(quantile(0.1, [-Infinity, 1, 2], [5, 5, 0, 0]), -Infinity);
});
