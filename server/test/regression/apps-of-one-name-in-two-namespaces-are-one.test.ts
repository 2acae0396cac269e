/** Apps of one name in two namespaces of PM2 were one app: in sums, in `pm2_up`, in `/sd` and at `/`. */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import type { Merged } from '../../src/cluster-sums';
import { targetGroups } from '../../src/http/discovery';
import { plainList } from '../../src/http/front/plain-list';
import { overviewOf } from '../../src/overview';
import { ownMetrics } from '../../src/own-metrics';
import { Apps } from '../../src/rounds/runs/apps';
import { Process, round } from '../rounds-by-hand';
import { hostOf } from '../summing-host';
import { scalarsOf } from '../workers/cluster/merged-instances';

const LABELS = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };
const green = (pid: number) => new Process('shop', 0, pid);
const blue = (pid: number) => new Process('shop', 1, pid, 'blue');

function ordersOf({ snapshots }: Merged): unknown[] {
  return snapshots.map((part) => [part.labels.map(([, value]) => value).join(), scalarsOf(part)['orders {}']]);
}

test('each has sums of its own, over a restart of the server too', async (t) => {
  const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
  t.teardown(() => pool.stop());
  const host = hostOf(t, pool);
  const first = host.serve();
  t.deepEqual(ordersOf(await first.absorb(await round(green(1).orders(5), blue(2).orders(70)))), [
    ['shop,blue', 70],
    ['shop', 5],
  ]);
  t.deepEqual(ordersOf(await host.serve().absorb(await round(green(3).orders(1), blue(4).orders(10)))), [
    ['shop,blue', 80],
    ['shop', 6],
  ]);
});

test('the label for the namespace is there outside of the default one only', async (t) => {
  const result = await round(green(1).orders(5), blue(2).orders(7));
  const own = ownMetrics(result, { labels: LABELS, monitor: false, since: 0, store: { writeErrors: 0 } });
  const up = own.scopeMetrics[0]?.metrics.find(({ descriptor }) => descriptor.name === 'pm2_up');
  const expected = [
    { pm2_app: 'shop', pm_id: '0' },
    { pm2_app: 'shop', pm2_namespace: 'blue', pm_id: '1' },
  ];
  t.deepEqual(
    up?.dataPoints.map(({ attributes }) => attributes),
    expected,
  );
  const instances = result.answers.map(({ run }) => run);
  const targets = targetGroups(instances, 'web:1', { labels: LABELS, tls: false });
  t.deepEqual(
    targets.map(({ labels: { __metrics_path__, ...labels } }) => labels),
    expected,
  );
  const page = plainList({ version: '1', overview: overviewOf(result, { self: 9, includes: () => true }) });
  t.true(page.includes('/metrics/0: shop\n'));
  t.true(page.includes('/metrics/1: shop in the namespace blue\n'));
});

test('an answer of one of them says nothing about the other', (t) => {
  const apps = new Apps({ apps: [], self: 9 });
  apps.noteAnswer({ app: 'shop', namespace: 'blue' });
  t.true(apps.answers({ app: 'shop', namespace: 'blue' }));
  t.false(apps.answers({ app: 'shop' }));
});
