/**
 * A round that was shown late, with an answer of an exporter that has been stopped since, counted twice what its successor
 * had sent.
 */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import { counter, point } from '../../../test/core/encoder/collections';
import { Process, round } from '../rounds-by-hand';
import { hostOf, ordersOf } from '../summing-host';
import { Instance } from '../workers/cluster/merged-instances';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('an answer of an exporter that was stopped does not count after the last numbers of the next one', async (t) => {
  const host = hostOf(t, pool);
  const sums = host.serve();
  const process = new Process('shop', 0);
  const { run } = process.as('online');
  const instance = new Instance(0, run.key);
  const orders = async (count: number) => ({
    process: process.as('online'),
    answer: { ...(await instance.answer(counter('orders', [point({}, count)]))), run },
  });
  await sums.absorb(await round(orders(5)));
  const late = await round(orders(6));
  instance.reload();
  const { answer } = await orders(7);
  host.known = [{ run, snapshot: answer.snapshot }];
  await sums.absorbKnown();
  t.deepEqual(ordersOf(await sums.absorb(late)), { shop: 7 });
  t.deepEqual(ordersOf(await sums.absorb(await round(process.silent()))), { shop: 7 });
});
