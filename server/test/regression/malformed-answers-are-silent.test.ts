/** Answers that could not be read gave no line in the log. */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import { worldOf } from '../cluster-by-hand';
import { Process, round } from '../rounds-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 1024, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('answers that cannot be read are one line, and one when they can be', async (t) => {
  const world = worldOf(pool);
  for (let i = 0; i < 3; i++) {
    const { silent, ...rest } = await round(new Process('shop', 0).orders(5), new Process('shop', 1).silent());
    const broken = silent.map((one) => ({ ...one, reason: 'broken', message: `no JSON at ${i}` }) as const);
    world.next = { ...rest, silent: broken };
    await world.text({ view: 'all' });
    await world.text({ view: 'instance', pmId: 0 });
  }
  world.next = await round(new Process('shop', 0).orders(5), new Process('shop', 1).orders(5));
  await world.text({ view: 'all' });
  t.deepEqual(world.logged, [
    'Reading the answers of instances does not work, so metrics are missing: "shop" (1) has no metrics: no JSON at 0',
    'Reading the answers of instances works again',
  ]);
});
