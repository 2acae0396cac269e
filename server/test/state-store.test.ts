/** The file that keeps the cluster's sums: what is in it when, and what happens where it is not what it should be. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import test from 'ava';
import type { ClusterState } from '../protocol/state';
import { ClusterPool } from '../src/cluster-pool';
import { loadStates } from '../workers/cluster';
import { Cluster, scalarsOf } from './workers/cluster/merged-instances';
import { Process, round } from './rounds-by-hand';
import { hostOf, ordersOf } from './summing-host';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

/** The orders of an app, as a server that has read the state shows them. */
function orders(state: ClusterState): number | undefined {
  const cluster = new Cluster();
  cluster.state = state;
  const silent = state.runs.map(({ key }) => key);
  return scalarsOf(cluster.merge([], silent))['orders {}'];
}

test('what a round has answered is in the file', async (t) => {
  const host = hostOf(t, pool);
  const [a, b] = [new Process('shop', 0, 1), new Process('shop', 1, 2)];
  const sums = host.serve();
  for (const [listed, expected] of [
    [() => [a.orders(5), b.orders(2)], 7],
    [() => [a.orders(6), b.orders(2)], 8],
    [() => [a.orders(9), b.silent()], 11],
    [() => [a.orders(9)], 11],
  ] as const) {
    t.deepEqual(ordersOf(await sums.absorb(await round(...listed()))), { shop: expected });
    const { states } = loadStates({ path: host.file });
    t.is(orders(new Map(states).get('shop')!), expected);
  }
  t.deepEqual(host.told, []);
});

test('a file that is not ours is left alone, and the log names it', async (t) => {
  const host = hostOf(t, pool);
  writeFileSync(host.file, 'nothing of ours');
  const sums = host.serve();
  t.deepEqual(ordersOf(await sums.absorb(await round(new Process('shop', 0, 1).orders(5)))), { shop: 5 });
  t.deepEqual(host.told, [
    "FILE is left alone: it is no file of the cluster sums. The cluster's sums are not saved, and begin at zero at each start",
  ]);
  t.is(readFileSync(host.file, 'utf8'), 'nothing of ours');
  t.deepEqual(readdirSync(dirname(host.file)), ['state']);
});

test('what cannot be used of a file is kept under another name', async (t) => {
  const host = hostOf(t, pool);
  const shop = new Process('shop', 0, 1);
  await host.serve().absorb(await round(shop.orders(5), new Process('api', 1, 2).orders(2)));
  await host.serve().absorb(await round(shop.orders(6)));
  const damaged = readFileSync(host.file);
  damaged[damaged.length - 1]! ^= 1;
  writeFileSync(host.file, damaged);
  const sums = host.serve();
  await sums.settled();
  t.is(host.told.length, 2);
  t.regex(host.told[0]!, /^FILE: bytes \d+ to \d+ are damaged\. What is intact is in use$/);
  t.is(host.told[1], 'FILE: the file as it was is kept as FILE.unreadable-1');
  t.deepEqual(readFileSync(`${host.file}.unreadable-1`), damaged);
  const next = await round(new Process('shop', 0, 3).orders(1), new Process('api', 1, 4).orders(1));
  t.deepEqual(ordersOf(await sums.absorb(next)), { api: 3, shop: 6 });
  t.deepEqual(ordersOf(await host.serve().absorb(next)), { api: 3, shop: 6 });
  t.is(host.told.length, 2);
});

test('while the file cannot be written scrapes are answered, and it is told once', async (t) => {
  const host = hostOf(t, pool);
  const a = new Process('shop', 0, 1);
  const sums = host.serve();
  await sums.absorb(await round(a.orders(5)));
  // A folder takes the place of the file.
  rmSync(host.file);
  mkdirSync(host.file);
  for (const count of [6, 7]) {
    t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(count)))), { shop: count });
  }
  t.is(host.told.length, 1);
  t.regex(host.told[0]!, /^The cluster's sums cannot be written to FILE: EISDIR.* It is tried again$/);
  rmSync(host.file, { recursive: true });
  t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(8)))), { shop: 8 });
  t.deepEqual(host.told.slice(1), ["The cluster's sums are written to FILE again"]);
  t.deepEqual(ordersOf(await host.serve().absorb(await round(new Process('shop', 0, 2).orders(1)))), { shop: 9 });
});

test('a file that was removed or replaced is written anew', async (t) => {
  const host = hostOf(t, pool);
  const a = new Process('shop', 0, 1);
  const sums = host.serve();
  await sums.absorb(await round(a.orders(5)));
  const former = readFileSync(host.file);
  rmSync(host.file);
  await sums.absorb(await round(a.orders(6)));
  writeFileSync(`${host.file}-copy`, former);
  renameSync(`${host.file}-copy`, host.file);
  await sums.absorb(await round(a.orders(7)));
  truncateSync(host.file, 50);
  await sums.absorb(await round(a.orders(8)));
  t.deepEqual(ordersOf(await host.serve().absorb(await round(new Process('shop', 0, 2).orders(1)))), { shop: 9 });
  t.deepEqual(host.told, []);
});

test('the file is written anew when most of it is out of date, while rounds go on', async (t) => {
  const host = hostOf(t, pool);
  host.slackBytes = 500;
  const [a, b] = [new Process('shop', 0, 1), new Process('api', 1, 2)];
  const sums = host.serve();
  const files = new Set<number>();
  let largest = 0;
  for (let count = 1; count <= 60; count++) {
    t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(count), b.orders(1)))), { api: 1, shop: count });
    const { ino, size } = statSync(host.file);
    files.add(ino);
    largest = Math.max(largest, size);
    t.is(orders(new Map(loadStates({ path: host.file }).states).get('shop')!), count);
  }
  await sums.settled();
  t.true(files.size > 1, `${files.size} files`);
  t.true(largest < 20_000, `${largest} bytes`);
  t.deepEqual(readdirSync(dirname(host.file)), ['state']);
  t.deepEqual(host.told, []);
});

test('files that a killed server had begun to write are removed', async (t) => {
  const host = hostOf(t, pool);
  await host.serve().absorb(await round(new Process('shop', 0, 1).orders(5)));
  for (const name of ['new-77', 'new-x', 'old']) writeFileSync(`${host.file}.${name}`, '');
  await host.serve().absorb(await round(new Process('shop', 0, 1).orders(6)));
  t.deepEqual(readdirSync(dirname(host.file)), ['state', 'state.new-x', 'state.old']);
});
