/** The cluster's sums where numbers of runs come that no round has brought, with real worker threads and a state file. */
import test from 'ava';
import { ClusterPool } from '../src/cluster-pool';
import type { KnownNumbers } from '../src/rounds/result';
import { Process, round, type Listed } from './rounds-by-hand';
import { hostOf, ordersOf } from './summing-host';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

function known({ process, answer }: Listed): KnownNumbers {
  return { run: process.run, snapshot: answer?.snapshot };
}

test('numbers that come after the end of a run count once, before and after the next round', async (t) => {
  const host = hostOf(t, pool);
  const sums = host.serve();
  const [a, b] = [new Process('shop', 0), new Process('shop', 1)];
  const first = await a.orders(5);
  await sums.absorb(await round(first, b.orders(2)));
  // It has ended, and its last numbers are on their way: they are not carried yet.
  host.known = [known(first)];
  t.deepEqual(ordersOf(await sums.absorb(await round(b.orders(3)))), { shop: 8 });
  host.known = [known(await a.orders(6))];
  await sums.absorbKnown();
  t.deepEqual(ordersOf(await sums.absorb(await round(b.orders(3)))), { shop: 9 });
  await sums.absorbKnown();
  // A later message supersedes it.
  host.known = [known(await a.orders(8))];
  t.deepEqual(ordersOf(await sums.absorb(await round(b.orders(4)))), { shop: 12 });
  host.known = [];
  t.deepEqual(ordersOf(await sums.absorb(await round(b.orders(4)))), { shop: 12 });
  t.deepEqual(host.told, []);
});

test('what has come is in the file at once: a server that is killed then has lost nothing', async (t) => {
  const host = hostOf(t, pool);
  const a = new Process('shop', 0);
  const b = new Process('shop', 1);
  const first = host.serve();
  await first.absorb(await round(a.orders(5), b.orders(2)));
  host.known = [known(await a.orders(600))];
  await first.absorbKnown();
  host.known = [];
  t.deepEqual(ordersOf(await host.serve().absorb(await round(b.orders(3)))), { shop: 603 });
  t.deepEqual(host.told, []);
});

test('a run that has begun and ended between two rounds counts, and is never carried while it is known', async (t) => {
  const host = hostOf(t, pool);
  const sums = host.serve();
  const [a, brief] = [new Process('shop', 0), new Process('shop', 0, 77)];
  await sums.absorb(await round(a.orders(5)));
  const older = await round(a.orders(6));
  host.known = [known(await brief.orders(3))];
  await sums.absorbKnown();
  // A round that began before it.
  t.deepEqual(ordersOf(await sums.absorb(older)), { shop: 9 });
  t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(6)))), { shop: 9 });
  host.known = [];
  t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(7)))), { shop: 10 });
});

test('an app that PM2 has deleted is shown while its last numbers may come', async (t) => {
  const host = hostOf(t, pool);
  const sums = host.serve();
  const [a, other] = [new Process('shop', 0), new Process('other', 1)];
  await sums.absorb(await round(a.orders(5), other.orders(1)));
  host.known = [known(await a.orders(6))];
  t.deepEqual(ordersOf(await sums.absorb(await round(other.orders(1)))), { shop: 6, other: 1 });
  host.known = [];
  t.deepEqual(ordersOf(await sums.absorb(await round(other.orders(1)))), { other: 1 });
  t.deepEqual(ordersOf(await sums.absorb(await round(new Process('shop', 2).orders(2), other.orders(1)))), {
    shop: 8,
    other: 1,
  });
});

test('before the first request for sums nothing is added up, and the first one has what is known', async (t) => {
  const host = hostOf(t, pool);
  const sums = host.serve();
  const a = new Process('shop', 0);
  host.known = [known(await a.orders(4))];
  await sums.absorbKnown();
  t.deepEqual(ordersOf(await sums.absorb(await round(new Process('shop', 1).orders(1)))), { shop: 5 });
});

test('any number of messages share the next absorbing', async (t) => {
  const host = hostOf(t, pool);
  const sums = host.serve();
  await sums.absorb(await round(new Process('shop', 0).orders(1)));
  const all = Array.from({ length: 100 }, () => sums.absorbKnown());
  t.is(new Set(all).size, 1);
  await Promise.all(all);
  t.not(sums.absorbKnown(), all[0]);
});
