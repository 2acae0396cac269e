/** A state file of another version was overwritten, and its sums were lost for good. */
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import { Process, round } from '../rounds-by-hand';
import { hostOf, ordersOf } from '../summing-host';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('a file of another version is kept under another name', async (t) => {
  const host = hostOf(t, pool);
  const former = '{"format":"pm2-metrics-state","v":1,"apps":[]}\n';
  writeFileSync(host.file, former);
  await host.serve().absorb(await round(new Process('shop', 0, 1).orders(5)));
  t.is(readFileSync(`${host.file}.unreadable-1`, 'utf8'), former);
  t.regex(host.told[0]!, /^FILE: it has version 1, expected 2\. /);
  t.deepEqual(ordersOf(await host.serve().absorb(await round(new Process('shop', 0, 2).orders(1)))), { shop: 6 });
});
