/** One `counter.add(NaN)` made the whole OpenMetrics exposition invalid. */
import test from 'ava';
import { counter, histogram, point } from '../../../test/core/encoder/collections';
import { until } from '../../../test/support/until';
import { ClusterPool } from '../../src/cluster-pool';
import { samples, worldOf } from '../cluster-by-hand';
import { Process, round } from '../rounds-by-hand';
import { parse } from '../workers/exposition/parsed-text';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 256, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('what OpenMetrics forbids is left out, counted, and told once, and text has it', async (t) => {
  const world = worldOf(pool);
  const [odd, good] = [new Process('shop', 0), new Process('shop', 1)];
  const took = { buckets: { boundaries: [1], counts: [1, 1] }, count: 2, sum: NaN };
  let strict = '';
  for (let times = 0; times < 3; times++) {
    const points = [point({ is: 'odd' }, NaN), point({ is: 'negative' }, -1), point({ is: 'good' }, 1)];
    const metrics = [counter('orders', points), histogram('took', [point({}, took)])];
    world.next = await round(odd.answers(...metrics), good.orders(5));
    strict = (await world.bytes({ view: 'all' }, 'openmetrics')).toString();
    parse(strict, 'openmetrics');
    await until('the end of the rendering', () => world.logged.length >= 2 || undefined);
  }
  t.deepEqual(samples(strict, 'orders_total'), [
    '{is="good",pm2_app="shop",pm_id="0"} 1',
    '{pm2_app="shop",pm_id="1"} 5',
  ]);
  t.is(samples(strict, 'took_bucket').length, 2);
  t.deepEqual(samples(strict, 'took_count'), []);
  t.deepEqual(samples(strict, 'pm2_dropped_series'), [
    '{pm2_app="shop",pm_id="0",reason="exporter"} 0',
    '{pm2_app="shop",pm_id="1",reason="exporter"} 0',
    '{pm2_app="shop",pm_id="0",reason="value"} 2',
    '{pm2_app="shop",pm_id="0",reason="sum"} 1',
  ]);
  t.is(world.logged.length, 2, world.logged.join('\n'));
  t.true(world.logged.every((line) => line.startsWith('Left out of scrapes: Metric ')));
  t.regex(world.logged.join('\n'), /counters that are negative or not a number .*\n.*count and sum of histograms/);

  t.is(samples(await world.text({ view: 'all' }), 'orders_total').length, 4);
  // What no counter can have is ignored in sums.
  t.deepEqual(samples((await world.bytes({ view: 'cluster' }, 'openmetrics')).toString(), 'orders_total'), [
    '{is="odd",pm2_app="shop"} 0',
    '{is="negative",pm2_app="shop"} 0',
    '{is="good",pm2_app="shop"} 1',
    '{pm2_app="shop"} 5',
  ]);
});
