/** The cluster's sums over rounds, lost threads, and restarts of the server, with real worker threads. */
import test from 'ava';
import { ClusterPool, TaskError } from '../src/cluster-pool';
import { Process, round, threadOf } from './rounds-by-hand';
import { hostOf, ordersOf } from './summing-host';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('a server that ends right after its start leaves the saved sums unchanged', async (t) => {
  const host = hostOf(t, pool);
  const first = host.serve();
  await first.absorb(await round(new Process('shop', 0, 1).orders(5)));
  await host.serve().settled();
  t.deepEqual(ordersOf(await host.serve().absorb(await round(new Process('shop', 0, 2).orders(1)))), { shop: 6 });
  t.deepEqual(host.told, []);
});

test('sums continue over rounds and restarts of the server, with any runs that end', async (t) => {
  const host = hostOf(t, pool);
  const [a, b, c] = [new Process('shop', 0), new Process('shop', 1), new Process('shop', 2)];
  let server = host.serve();
  for (const [listed, expected] of [
    [() => [a.orders(5), b.orders(2)], 7],
    [() => [a.orders(6)], 8],
    [() => [c.orders(1)], 9],
  ] as const) {
    t.deepEqual(ordersOf(await server.absorb(await round(...listed()))), { shop: expected });
    server = host.serve();
  }
  t.deepEqual(host.told, []);
});

test('a run that has not answered since the server was restarted is counted as before, and once', async (t) => {
  const host = hostOf(t, pool);
  const [a, b] = [new Process('shop', 0), new Process('shop', 1)];
  const first = host.serve();
  await first.absorb(await round(a.orders(5), b.orders(2)));
  const second = host.serve();
  t.deepEqual(ordersOf(await second.absorb(await round(a.orders(6), b.silent()))), { shop: 8 });
  t.deepEqual(ordersOf(await second.absorb(await round(a.orders(7), b.orders(4)))), { shop: 11 });
  t.deepEqual(host.told, []);
});

test('of overlapping rounds the later one counts, in any order', async (t) => {
  const sums = hostOf(t, pool).serve();
  const a = new Process('shop', 0);
  const b = new Process('shop', 1);
  const older = await round(a.orders(5), b.silent());
  const newer = await round(a.orders(7), b.orders(1));
  const both = await Promise.all([newer, older].map((result) => sums.absorb(result)));
  t.deepEqual(both.map(ordersOf), [{ shop: 8 }, { shop: 8 }]);
  t.is(both[0], both[1]);
});

test('of two results of one round the one with more answers counts', async (t) => {
  const sums = hostOf(t, pool).serve();
  const late = new Process('shop', 1);
  const full = await round(new Process('shop', 0).orders(5), late.orders(2));
  const early = { ...full, answers: full.answers.slice(0, 1) };
  const looks = await Promise.all([early, full, full, early].map((result) => sums.absorb(result)));
  t.deepEqual(looks.map(ordersOf), [{ shop: 5 }, { shop: 7 }, { shop: 7 }, { shop: 7 }]);
  t.is(looks[1], looks[2]);
});

test.serial('a lost thread is an error of its round, and the next round loses nothing', async (t) => {
  const host = hostOf(t, pool);
  const sums = host.serve();
  const a = new Process('shop', 0);
  t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(5)))), { shop: 5 });
  const next = await round(a.orders(6));
  // The thread takes no more tasks from here on.
  const ended = threadOf(pool).terminate();
  await t.throwsAsync(sums.absorb(next), { instanceOf: TaskError, message: /terminated|exit/i });
  await ended;
  t.deepEqual(ordersOf(await sums.absorb(next)), { shop: 6 });
  t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(7)))), { shop: 7 });
  t.deepEqual(host.told, []);
});

test('a malformed snapshot is an error, and changes nothing', async (t) => {
  const sums = hostOf(t, pool).serve();
  const a = new Process('shop', 0);
  await sums.absorb(await round(a.orders(5)));
  const good = await round(a.orders(6));
  const [answer] = good.answers;
  const broken = { ...good, answers: [{ ...answer, snapshot: { ...answer?.snapshot, values: null } }] };
  await t.throwsAsync(sums.absorb(broken as never), { instanceOf: TaskError });
  t.deepEqual(ordersOf(await sums.absorb(good)), { shop: 6 });
});

test('an app that PM2 no longer lists is not shown, and is forgotten after ten minutes', async (t) => {
  const host = hostOf(t, pool);
  const sums = host.serve();
  const shop = new Process('shop', 0);
  const api = new Process('api', 1);
  await sums.absorb(await round(shop.orders(5), api.orders(1)));
  t.deepEqual(ordersOf(await sums.absorb(await round(api.orders(2)))), { api: 2 });
  host.clock += 9 * 60_000;
  t.deepEqual(ordersOf(await sums.absorb(await round(api.orders(2)))), { api: 2 });
  const again = new Process('shop', 2);
  t.deepEqual(ordersOf(await sums.absorb(await round(again.orders(1), api.orders(2)))), { api: 2, shop: 6 });

  await sums.absorb(await round(api.orders(2)));
  host.clock += 11 * 60_000;
  await sums.absorb(await round(api.orders(2)));
  const other = new Process('shop', 3);
  t.deepEqual(ordersOf(await sums.absorb(await round(other.orders(1), api.orders(2)))), { api: 2, shop: 1 });
});

test('an app continues too if the server and its daemon were restarted', async (t) => {
  const host = hostOf(t, pool);
  const first = host.serve();
  await first.absorb(await round(new Process('shop', 0, 1).orders(5), new Process('api', 1, 2).orders(1)));
  const second = host.serve();
  const api = new Process('api', 1, 3);
  // The daemon has not started the other one yet.
  t.deepEqual(ordersOf(await second.absorb(await round(api.orders(1)))), { api: 2 });
  const third = host.serve();
  const shop = new Process('shop', 0, 4);
  t.deepEqual(ordersOf(await third.absorb(await round(shop.orders(2), api.orders(1)))), { api: 2, shop: 7 });
});
