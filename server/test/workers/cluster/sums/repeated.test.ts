/** Data points of one run with the same attributes: the cluster shows what `/metrics` shows. */
import test from 'ava';
import { counter, histogram, point } from '../../../../../test/core/encoder/collections';
import { Exposition } from '../../../../workers/exposition/exposition';
import { parse } from '../../exposition/parsed-text';
import { render } from '../../exposition/rendered-snapshots';
import type { LabelledSnapshot } from '../../../../protocol/render';
import { Cluster, Instance, numbersOf } from '../merged-instances';

const explicit = (counts: number[], sum: number) => {
  const count = counts.reduce((total, one) => total + one, 0);
  return { buckets: { boundaries: [1, 5], counts }, count, sum };
};
const exponential = (offset: number, bucketCounts: number[], sum: number) => {
  const count = bucketCounts.reduce((total, one) => total + one, 0);
  const none = { offset: 0, bucketCounts: [] };
  return { scale: 0, zeroCount: 0, positive: { offset, bucketCounts }, negative: none, count, sum };
};

const twice = { a: 1, b: 2 };
const again = { b: 2, a: 1 };
const metrics = (times: number) => [
  counter('orders', [point(twice, times), point({}, 7), point(again, 2 * times), point(twice, 4 * times)]),
  { ...counter('jobs', [point(twice, 3), point(again, 4)]), isMonotonic: false },
  { ...counter('level', [point(twice, 5), point(again, 6)]), dataPointType: 2 },
  histogram('explicit', [point(twice, explicit([1, 2, 3], 20 * times)), point(again, explicit([1, 0, 0], 1))]),
  histogram('native', [point(twice, exponential(0, [1, 2], 3)), point(again, exponential(3, [4], 40))], 1),
];

/** Samples by name and labels, without labels of scope and process. */
function samplesOf(parts: readonly LabelledSnapshot[]): Record<string, number> {
  const { body } = render(new Exposition(), { view: 'all', snapshots: parts, format: 'text' });
  const samples = parse(body.toString(), 'text').flatMap((family) => family.samples);
  return Object.fromEntries(
    samples.map(({ name, labels, value }) => {
      const own = [...labels].filter(([label]) => !/^(otel_|pm2_app|pm_id)/.test(label)).sort();
      return [`${name} ${own.join(' ')}`, value];
    }),
  );
}

test('the same attributes twice give the same numbers in /metrics and in the cluster', async (t) => {
  const cluster = new Cluster();
  const instance = new Instance(0, 'a');
  for (let round = 1; round <= 3; round++) {
    const answer = await instance.answer(...metrics(round));
    const labels: LabelledSnapshot['labels'] = [
      ['pm2_app', 'shop'],
      ['pm_id', '0'],
    ];
    const one = samplesOf([{ snapshot: answer.snapshot, labels }]);
    const { snapshots, warnings } = cluster.absorb([answer]);
    t.deepEqual(samplesOf(snapshots), one);
    t.like(one, { 'orders_total a,1 b,2': 7 * round, 'jobs a,1 b,2': 7, 'level a,1 b,2': 5 });
    t.like(one, { 'explicit_count a,1 b,2': 7, 'explicit_sum a,1 b,2': 20 * round + 1, 'native_count a,1 b,2': 7 });
    t.is(warnings.length, 5);
  }
});

test('what a run has counted twice stays in the sums when it ends, and the next run is added', async (t) => {
  const cluster = new Cluster();
  cluster.absorb([await new Instance(0, 'a').answer(...metrics(1))]);
  const part = cluster.merge([await new Instance(0, 'b').answer(...metrics(2))]);
  const orders = [...numbersOf(part)].find(([name]) => name.startsWith('orders {"a"'));
  t.deepEqual(orders?.[1], [21]);
});
