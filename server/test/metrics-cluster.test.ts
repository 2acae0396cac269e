/** Answers to scrapes, with real worker threads; the server answers other requests meanwhile. */
import test from 'ava';
import { ClusterPool } from '../src/cluster-pool';
import { DaemonError } from '../../core/pm2/daemon';
import type { RoundResult } from '../src/rounds/result';
import { ViewError } from '../src/view';
import { counter, histogram, point } from '../../test/core/encoder/collections';
import { until } from '../../test/support/until';
import { samples, worldOf } from './cluster-by-hand';
import { get, open, run } from './http/running-server';
import { Process, round, threadOf } from './rounds-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 1024, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('all instances are shown one by one, also those without an answer', async (t) => {
  const world = worldOf(pool);
  world.next = await round(new Process('shop', 0).orders(5), new Process('shop', 1).silent());
  const text = await world.text({ view: 'all' });
  t.deepEqual(samples(text, 'orders_total'), ['{pm2_app="shop",pm_id="0"} 5']);
  t.deepEqual(samples(text, 'pm2_up'), ['{pm2_app="shop",pm_id="0"} 1', '{pm2_app="shop",pm_id="1"} 0']);
  t.deepEqual(world.asked, [[5000, undefined]]);
});

test('the sums of the cluster include rounds of scrapes of single instances', async (t) => {
  const world = worldOf(pool);
  const rounds = [
    await round(new Process('shop', 0, 1).orders(5), new Process('shop', 1, 2).orders(2)),
    await round(new Process('shop', 0, 3).orders(4)),
    await round(new Process('shop', 0, 4).orders(1)),
  ];
  const shown: string[][] = [];
  for (const [index, view] of (['cluster', 'all', 'cluster'] as const).entries()) {
    world.next = rounds[index] as RoundResult;
    shown.push(samples(await world.text({ view }), 'orders_total'));
  }
  t.deepEqual(shown, [['{pm2_app="shop"} 7'], ['{pm2_app="shop",pm_id="0"} 4'], ['{pm2_app="shop"} 12']]);
});

test('one instance has no added labels, and no other instance is asked', async (t) => {
  const world = worldOf(pool);
  world.next = await round(new Process('shop', 0).orders(5), new Process('shop', 1).orders(6));
  const text = await world.text({ view: 'instance', pmId: 1 });
  t.deepEqual(samples(text, 'orders_total'), ['{} 6']);
  t.false(text.includes('pm2_up'));
  t.deepEqual(world.asked, [[5000, 1]]);
});

test('an unknown instance and one without an answer are different errors', async (t) => {
  const world = worldOf(pool);
  const other = { process: new Process('plain', 2).as('online') };
  const { silent, ...rest } = await round(new Process('shop', 0).orders(5), new Process('shop', 1).silent(), other);
  world.next = { ...rest, silent: silent.slice(0, 1) };
  for (const [pmId, code, message] of [
    [7, 'UNKNOWN_INSTANCE', 'PM2 runs no process with the id 7.'],
    [1, 'UNAVAILABLE', 'Instance 1 has no metrics now: it has not answered within 5 ms'],
    [2, 'UNKNOWN_INSTANCE', 'Process 2 (plain) does not answer with metrics.'],
  ] as const) {
    const error = await t.throwsAsync(world.text({ view: 'instance', pmId }), { instanceOf: ViewError, message });
    t.is(error.code, code);
  }
});

test('without PM2 scrapes fail, and succeed as soon as it is back', async (t) => {
  const world = worldOf(pool);
  t.false(world.cluster.ready());
  world.next = new DaemonError('UNREACHABLE', "PM2's daemon cannot be reached");
  for (const ask of [() => world.text({ view: 'all' }), () => world.cluster.instances()]) {
    const error = await t.throwsAsync(ask, { instanceOf: ViewError, message: "PM2's daemon cannot be reached" });
    t.is(error.code, 'UNAVAILABLE');
  }
  t.false(world.cluster.ready());
  world.next = await round(new Process('shop', 3).silent(), new Process('shop', 0).orders(5));
  // No scrape is needed: the question whether it is ready is enough.
  await until('ready', () => world.cluster.ready() || undefined);
  t.deepEqual(await world.cluster.instances(), [
    { app: 'shop', pmId: 0 },
    { app: 'shop', pmId: 3 },
  ]);
  world.next = new DaemonError('UNREACHABLE', 'gone');
  await t.throwsAsync(world.text({ view: 'cluster' }), { instanceOf: ViewError });
  t.false(world.cluster.ready());
});

test('what is left out is logged once', async (t) => {
  const world = worldOf(pool);
  const bounds = (...boundaries: number[]) =>
    histogram('took', [
      point({}, { count: 1, sum: 1, buckets: { boundaries, counts: [...boundaries.map(() => 0), 1] } }),
    ]);
  const a = new Process('shop', 0);
  const b = new Process('shop', 1);
  for (let times = 0; times < 3; times++) {
    const metrics = [counter('queue', [point({}, 1)]), { ...counter('queue_total', [point({}, 2)]), dataPointType: 2 }];
    world.next = await round(a.answers(...metrics, bounds(1, 2)), b.answers(...metrics, bounds(5)));
    await world.text({ view: 'cluster' });
    await world.text({ view: 'all' });
  }
  await until('the warnings', () => world.logged.length >= 3 || undefined);
  t.is(world.logged.filter((line) => line.includes('bounds of "took" differ')).length, 1);
  // For each of the views, which have rules of their own.
  t.is(world.logged.filter((line) => line.includes('queue')).length, 2, world.logged.join('\n'));
  t.is(world.logged.length, 3);
});

test.serial('a lost thread is an error of the scrapes that wait, and the next scrape succeeds', async (t) => {
  const world = worldOf(pool);
  world.next = await round(new Process('shop', 0).orders(5));
  const [part] = world.next.answers;
  world.next = { ...world.next, answers: [{ ...part, snapshot: { ...part?.snapshot, values: null } }] } as never;
  for (const view of ['all', 'cluster'] as const) {
    const error = await t.throwsAsync(world.text({ view }), { instanceOf: ViewError });
    t.is(error.code, 'INTERNAL');
  }
  await threadOf(pool).terminate();
  world.next = await round(new Process('shop', 0).orders(5));
  t.deepEqual(samples(await world.text({ view: 'cluster' }), 'orders_total'), ['{pm2_app="shop"} 5']);
});

test.serial('others are answered while a million series are rendered', async (t) => {
  const world = worldOf(pool);
  const attributes = Array.from({ length: 100_000 }, (_, id) => point({ id, route: `/shop/articles/${id % 100}` }, id));
  const one = await round(new Process('shop', 0).answers(counter('orders', attributes)));
  // Ten times the same: the text before the numbers, which takes longest, is made once.
  world.next = { ...one, answers: Array.from({ length: 10 }, () => one.answers).flat() };
  const { url } = await run(t, undefined, { scrape: (...scraped) => world.cluster.scrape(...scraped) });

  let ended = false;
  let bytes = 0;
  let lines = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of await open(url, '/metrics', { headers: { 'accept-encoding': 'identity' } })) {
      bytes += (chunk as Buffer).length;
      for (let at = -1; (at = (chunk as Buffer).indexOf(10, at + 1)) >= 0;) lines++;
    }
    ended = true;
  };
  const reading = read();
  /** How many bytes had come at each answer to another request. */
  const answered: number[] = [];
  while (!ended) {
    t.is((await get(url, '/-/healthy')).text, 'Healthy.\n');
    answered.push(bytes);
  }
  await reading;
  t.true(lines > 1_000_000);
  const during = answered.filter((had) => had > 0 && had < bytes);
  t.true(during.length >= 10);
});
