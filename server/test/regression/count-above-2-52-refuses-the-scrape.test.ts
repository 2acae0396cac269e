/** One exponential histogram with a count above 2^52 made Prometheus refuse the whole protobuf scrape. */
import test from 'ava';
import { counter, histogram, point } from '../../../test/core/encoder/collections';
import { Exposition } from '../../workers/exposition/exposition';
import { Instance } from '../workers/cluster/merged-instances';
import { decode } from '../workers/exposition/protobuf/decoded-protobuf';
import { labels, render } from '../workers/exposition/rendered-snapshots';

const exponential = (...bucketCounts: number[]) => {
  const count = bucketCounts.reduce((a, b) => a + b, 0);
  const empty = { offset: 0, bucketCounts: [] };
  return { count, sum: 1, scale: 0, zeroCount: 0, positive: { offset: 0, bucketCounts }, negative: empty };
};

test('a histogram whose counts are too large, negative or no whole numbers is left out, and nothing else', async (t) => {
  const odd = [[2 ** 52], [2 ** 51, 2 ** 51], [2 ** 53], [1e300], [-1, 3], [0.5], [Infinity], [NaN]];
  const fine = [[1, 2], [2 ** 52 - 1], [2 ** 51, 1, 2 ** 51 - 2]];
  const { snapshot } = await new Instance(0, 'a').answer(
    histogram(
      'e',
      [...odd, ...fine].map((counts, i) => point({ i }, exponential(...counts))),
      1,
    ),
    counter('c', [point({}, 1)]),
  );
  const snapshots = [{ snapshot, labels: labels(0) }];
  const { body, warnings, dropped } = render(new Exposition(), { view: 'all', format: 'protobuf', snapshots });
  const families = decode(body);
  t.deepEqual(
    families.map(({ name }) => name),
    ['c_total', 'e'],
  );
  t.deepEqual(
    families[1]?.metrics.map(({ histogram: one }) => one?.count),
    fine.map((counts) => counts.reduce((a, b) => a + b, 0)),
  );
  t.deepEqual(dropped, [{ labels: labels(0), reason: 'count', series: odd.length }]);
  t.is(warnings.length, 1);
});
