/** A histogram with equal or unordered bounds had the same bucket twice, or buckets whose counts fell. */
import test from 'ava';
import { histogram, point } from '../../../test/core/encoder/collections';
import { explicit, named, ODD_BOUNDS } from '../workers/exposition/distinct/processes-by-hand';
import { shown } from '../workers/exposition/distinct/shown-process';

const scope = { name: 's' };

for (const view of ['all', 'instance'] as const) {
  test(`${view}: equal and unordered bounds are put in order`, async (t) => {
    for (const [odd, some, buckets] of [
      [0, [1, 2, 4, 8], ['le="1"} 3', 'le="2"} 7', 'le="+Inf"} 15']],
      [1, [1, 2, 4], ['le="1"} 2', 'le="5"} 3', 'le="+Inf"} 7']],
      [2, [1, 2, 4], ['le="0"} 3', 'le="+Inf"} 7']],
      [4, [1, 2, 4], ['le="3"} 2', 'le="+Inf"} 7']],
      [5, [1, 2, 4], ['le="0"} 3', 'le="+Inf"} 7']],
    ] as const) {
      const { samples } = await shown(view, {
        scope,
        metrics: [named(histogram('h', [point({}, explicit(ODD_BOUNDS[odd], some))]), 'h')],
      });
      const found = samples.filter((line) => line.includes('_bucket')).map((line) => line.slice(line.indexOf('le=')));
      t.deepEqual(found, [...buckets], ODD_BOUNDS[odd].join());
    }
  });
}
