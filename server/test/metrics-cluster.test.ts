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

test('a server with nothing to show says what it has asked, and why there is nothing, once', async (t) => {
  const world = worldOf(pool);
  world.next = new DaemonError('UNREACHABLE', "no connection to PM2's daemon at /pm2/rpc.sock (EACCES)");
  t.regex((await world.cluster.overview()).problem ?? '', /\/pm2\/rpc\.sock \(EACCES\)/);
  const listed = [
    { process: new Process('plain', 0).as('online') },
    { process: new Process('plain', 1).as('online') },
    { process: new Process('left-out', 2).as('online') },
    { process: new Process('ended', 3).as('stopped') },
  ];
  const { silent, ...rest } = await round(...listed, { process: new Process('metrics', 99).as('online') });
  t.is(silent.length, 5);
  world.next = { ...rest, silent: [] };
  const { problem, processes } = await world.cluster.overview();
  await world.text({ view: 'all' });
  t.is(
    problem,
    'PM2 runs 4 besides this server, and none has metrics now. "plain" (0, 1): it is asked and has never answered: either ' +
      'it runs no exporter, or its log says what the exporter lacks; "left-out" (2): it is not asked, since the option apps ' +
      'leaves it out; "ended" (3): PM2 says that it is stopped.',
  );
  t.deepEqual(
    processes.map(({ pmId, path }) => [pmId, path]),
    [0, 1, 2, 3].map((pmId) => [pmId, null]),
  );
  world.next = await round(new Process('plain', 0).orders(1), new Process('shop', 7).silent());
  const found = await world.cluster.overview();
  t.is(found.problem, null);
  const turns = { blockedSince: null, stack: null };
  t.deepEqual(found.processes, [
    { app: 'plain', pmId: 0, status: 'online', path: '/metrics/0', why: null, ...turns },
    { app: 'shop', pmId: 7, status: 'online', path: '/metrics/7', why: 'it has not answered within 5 ms', ...turns },
  ]);
  t.deepEqual(
    world.logged.map((line) => line.replace(/: .*/, '')),
    [
      "Asking PM2's daemon does not work, so scrapes are answered with status 503",
      "Asking PM2's daemon works again",
      'Finding metrics does not work, so /metrics has none of any app',
      'Finding metrics works again',
    ],
  );
});

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
