/** Exponential histograms did not reach a scraper that asks for text at the paths of `/sd`, and nothing said so. */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import { counter, histogram, point } from '../../../test/core/encoder/collections';
import { samples, worldOf } from '../cluster-by-hand';
import { Process, round } from '../rounds-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 1024, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('one instance is shown with what the official serializer leaves out, and with the same labels', async (t) => {
  const world = worldOf(pool);
  const buckets = { offset: 0, bucketCounts: [2] };
  const none = { offset: 0, bucketCounts: [] };
  const value = { count: 2, sum: 3, scale: 0, zeroCount: 0, positive: buckets, negative: none };
  const took = { ...histogram('took', [point({ way: 'there' }, value)]), dataPointType: 1 };
  world.next = await round(new Process('shop', 0).answers(counter('orders', [point({ code: 200 }, 5)]), took));
  const [official, complete] = [
    await world.text({ view: 'instance', pmId: 0 }),
    await world.text({ view: 'instance', pmId: 0, complete: true }),
  ];
  t.deepEqual(samples(complete, 'orders_total'), samples(official, 'orders_total'));
  t.deepEqual(samples(official, 'took_count'), []);
  t.deepEqual(samples(complete, 'took_count'), ['{way="there"} 2']);
  t.false(complete.includes('pm2_'));
});
