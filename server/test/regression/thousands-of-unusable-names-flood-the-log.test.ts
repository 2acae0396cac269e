/** 3,000 names that cannot be shown gave 20,000 lines in the log in eleven scrapes. */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import { counter, point } from '../../../test/core/encoder/collections';
import { until } from '../../../test/support/until';
import { worldOf } from '../cluster-by-hand';
import { Process, round } from '../rounds-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 1024, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('thousands of names that cannot be shown give few lines', async (t) => {
  const world = worldOf(pool);
  const names = Array.from({ length: 3000 }, (_, i) =>
    counter(i.toString(2).replace(/0/g, '-').replace(/1/g, '.'), [point({}, i)]),
  );
  for (let i = 0; i < 3; i++) {
    world.next = await round(new Process('shop', 0).answers(...names));
    await world.text({ view: 'all' });
    await world.text({ view: 'cluster' });
  }
  await until('a line', () => world.logged.length > 0 || undefined);
  t.true(world.logged.length <= 3, world.logged.join('\n'));
  t.true(world.logged.join('').length < 3000);
});
