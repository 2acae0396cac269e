import test from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { PageCache } from '../../../workers/page-cache';
import { computeProbes } from '../../../workers/probes/compute-probes';
import { collected, point, series, summary } from '../../core/encoder/collections';

async function probesOf(perMetric: number, ...collections: readonly (readonly (readonly number[])[])[]) {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const attributes = series(2);
  let result: ReturnType<typeof computeProbes> | undefined;
  for (const [i, points] of collections.entries()) {
    const data = points.map(([count = 0, sum = 0, ...values], at) =>
      point(attributes[at]!, { count, sum, quantiles: [0.5, 0.999], values }),
    );
    const { snapshot } = await encoder.encode({ ...collected(summary('s', data)), time: i * 10_000 });
    const names = { known: [], room: 100 };
    const task = {
      kind: 'probes',
      snapshot,
      select: ['s'],
      counters: 'total',
      perMetric,
      aggregated: [],
      names,
    } as const;
    const cache = new PageCache();
    cache.use(snapshot);
    result = computeProbes(task, cache);
  }
  return Object.fromEntries(result!.probes.map(({ name, value }) => [name, value]));
}

test('a summary shows its quantiles, and average and rate of what was observed since the last snapshot', async (t) => {
  t.deepEqual(await probesOf(10, [[10, 20, 1, 9]], [[30, 80, 2, 8]]), {
    's[id=0,p50]': 2,
    's[id=0,p99.9]': 8,
    's[id=0,avg]': 3,
    's[id=0,count/s]': 2,
  });
});

test('of many summaries each quantile is the highest one, and the average is that of all observations', async (t) => {
  const first = [
    [10, 20, 1, 9],
    [0, 0, NaN, NaN],
  ];
  const second = [
    [10, 20, 1, 9],
    [30, 60, 5, 6],
  ];
  t.deepEqual(await probesOf(1, first, second), { 's[p50]': 5, 's[p99.9]': 9, 's[avg]': 2, 's[count/s]': 3 });
});
