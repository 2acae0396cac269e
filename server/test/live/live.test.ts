/** What pages hear, and what is kept, from rounds made by hand and evaluated by real threads. */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import type { ChartSeries, Hello, Mark, Past, ProcessRow } from '../../protocol/page';
import type { Run } from '../../protocol/run';
import type { KnownNumbers } from '../../src/rounds/result';
import type { InstanceAnswer } from '../../src/rounds/runs/outcome';
import { Process } from '../rounds-by-hand';
import { BEGIN, liveWorld, named, requests } from './live-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

test('a new page hears the hour, the marks and the processes, and then each round', async (t) => {
  const world = liveWorld(pool);
  const [one, two] = [new Process('shop', 0), new Process('shop', 1)];
  await world.take(0, one.answers(requests(100)), two.answers(requests(100)));
  await world.take(10, one.answers(requests(150, 10)), two.answers(requests(120)));

  const { events } = world.open();
  t.deepEqual(
    events.map(([name]) => name),
    ['hello', 'past', 'marks', 'processes'],
  );
  const [stream, version, now] = events[0]?.[1] as Hello;
  t.regex(stream, /^[\w-]{22}$/);
  t.is(version, '1.2.3');
  t.is(now, BEGIN + 10_000);
  const [times, rows] = events[1]?.[1] as Past;
  t.deepEqual(times, [BEGIN, BEGIN + 10_000]);
  const key = one.as('online').run.key;
  const past = (field: string) => rows.find(([run, , name]) => run === key && name === field)?.slice(3)[0];
  t.deepEqual(past('requests'), [null, 6]);
  t.deepEqual(past('errors'), [null, 1]);
  t.deepEqual(past('cpu'), [0, 0]);
  const processes = events[3]?.[1] as ProcessRow[];
  t.deepEqual(
    processes.map(([, pmId, app, status, , , , , , perSecond, errors, p95, , , , , why]) => [
      ...[pmId, app, status, perSecond, errors, p95, why],
    ]),
    [
      [0, 'shop', 'online', 6, 1, 0.48, null],
      [1, 'shop', 'online', 2, 0, 0.48, null],
    ],
  );

  await world.take(11, one.answers(requests(150, 10)), two.answers(requests(120)));
  const later = named(events, 'processes').at(-1) as ProcessRow[];
  t.deepEqual(
    later.map((row) => row[9]),
    [0, 0],
  );
});

test('without a page and without rounds nothing is asked, and nothing grows', async (t) => {
  const world = liveWorld(pool);
  t.deepEqual(world.live.kept, { moments: 0, bytes: world.live.kept.bytes, charts: 0, viewers: 0 });
  await world.take(0, new Process('shop', 0).orders(1));
  t.is(world.live.kept.moments, 1);
  t.is(world.asked(), 0);
  const { close } = world.open();
  t.is(world.asked(), 1);
  t.is(world.live.kept.viewers, 1);
  close();
  t.is(world.live.kept.viewers, 0);
});

test('pages share one round per second, and rounds that follow each other closely are one', async (t) => {
  const world = liveWorld(pool);
  world.open();
  world.open();
  world.open();
  t.is(world.asked(), 1);
  const process = new Process('shop', 0);
  await world.take(0, process.orders(1));
  await world.take(0.5, process.orders(2));
  t.is(world.live.kept.moments, 1);
  await world.take(1, process.orders(3));
  t.is(world.live.kept.moments, 2);
  world.live.stop();
});

test('/api/overview has the fields by name, and asks only if the last round is old', async (t) => {
  const world = liveWorld(pool);
  await world.take(0, new Process('shop', 0).orders(1), new Process('worker', 2).is('stopped'));
  const overview = await world.live.overview();
  t.is(world.asked(), 0);
  t.is(overview.version, '1.2.3');
  t.is(overview.problem, null);
  t.like(overview.processes[0], { pmId: 0, app: 'shop', status: 'online', path: '/metrics/0', why: null, cpu: 0 });
  t.like(overview.processes[1], { pmId: 2, status: 'stopped', cpu: null, memoryBytes: null });
});

test('a process that has not answered is unanswered, until it answers or says that it is blocked', async (t) => {
  const shop = new Process('shop', 0);
  const late: KnownNumbers[] = [];
  const world = liveWorld(pool, { known: () => late });
  const statuses = async (): Promise<unknown> => (await world.live.overview()).processes.map(({ status }) => status);
  const others = [new Process('plain', 1).withoutExporter(), new Process('worker', 2).is('stopped')];
  const { answers } = await world.take(0, shop.orders(1), ...others);
  t.deepEqual(await statuses(), ['online', 'online', 'stopped']);
  await world.take(1, shop.silent(), ...others);
  t.deepEqual(await statuses(), ['unanswered', 'online', 'stopped']);

  const { run, snapshot } = answers[0] as InstanceAnswer;
  world.live.noteBlocked(run, { since: BEGIN, stack: undefined });
  t.deepEqual(await statuses(), ['online', 'online', 'stopped']);
  world.live.noteBlocked(run, undefined);
  // The answer to the round before has come: it is only slow.
  late.push({ run, snapshot: { ...snapshot, generation: snapshot.generation + 1 } });
  await world.take(2, shop.silent(), ...others);
  t.deepEqual(await statuses(), ['online', 'online', 'stopped']);
});

test('as many pages are open as may be, and no more', (t) => {
  const world = liveWorld(pool);
  for (let i = 0; i < 20; i++) world.open();
  const opened = world.live.open(() => {
    throw new Error('no outlet is made');
  });
  t.is(opened, undefined);
  world.live.stop();
  t.is(world.live.kept.viewers, 0);
});

test('what PM2 does to processes is marked, on pages that are open too', async (t) => {
  const world = liveWorld(pool);
  const { events } = world.open();
  await world.take(0, new Process('shop', 0).is('online'));
  await world.take(1, new Process('shop', 0).is('stopped'));
  const marks = named(events, 'marks') as Mark[][];
  t.deepEqual(
    marks.flat().map(([, kind]) => kind),
    ['start', 'stop'],
  );
});

test('a process whose event loop does not turn is marked between two rounds, until it turns again', async (t) => {
  const world = liveWorld(pool);
  const { events } = world.open();
  const { answers } = await world.take(0, new Process('shop', 0).orders(1));
  const run = answers[0]?.run as Run;
  world.live.noteBlocked(run, { since: BEGIN - 2000, stack: 'at loop' });
  world.live.noteBlocked(run, { since: BEGIN - 2000, stack: 'at loop' });
  const blocked = (): unknown[] => (named(events, 'processes').at(-1) as ProcessRow[])[0]?.slice(13, 15) ?? [];
  t.deepEqual(blocked(), [BEGIN - 2000, 'at loop']);
  // The next answer shows that it turns.
  await world.take(3, new Process('shop', 0).orders(2));
  t.deepEqual(blocked(), [null, null]);
  const marks = (named(events, 'marks') as Mark[][]).flat().filter(([, kind]) => kind !== 'start');
  t.deepEqual(marks, [
    [BEGIN - 2000, 'blocked', 'shop', 0, 'Its event loop does not turn'],
    [BEGIN + 3000, 'turns', 'shop', 0, 'Its event loop turns again, after 5 s'],
  ]);
});

test('two apps of one name in two namespaces stay apart: processes, the hour, marks, charts and search', async (t) => {
  const world = liveWorld(pool);
  const [shop, other] = [new Process('shop', 0), new Process('shop', 1, 1001, 'blue')];
  await world.take(0, shop.orders(1), other.orders(100));
  const { page, events } = world.open();
  const apps = (rows: readonly ProcessRow[]): unknown => rows.map(([, pmId, app]) => [pmId, app]);
  const titles = [
    [0, 'shop'],
    [1, 'blue/shop'],
  ];
  t.deepEqual(apps(named(events, 'processes').at(-1) as ProcessRow[]), titles);
  const [, rows] = named(events, 'past').at(-1) as Past;
  t.deepEqual([...new Set(rows.map(([, app]) => app))], ['shop', 'blue/shop']);
  const marks = named(events, 'marks').at(-1) as Mark[];
  t.deepEqual(
    marks.map(([, , app, pmId]) => [pmId, app]),
    titles,
  );

  const chart = { metric: 'orders', as: 'total', pmId: 'all', points: 10 } as const;
  page.show([
    { ...chart, id: 1 },
    { ...chart, id: 2, app: 'shop' },
    { ...chart, id: 3, app: 'blue/shop' },
  ]);
  await world.take(1, shop.orders(2), other.orders(101));
  const names = new Map((named(events, 'series') as ChartSeries[]).map(([id, , series]) => [id, series]));
  t.deepEqual(
    [1, 2, 3].map((id) => names.get(id)),
    [['blue/shop 1', 'shop 0'], ['shop 0'], ['blue/shop 1']],
  );
  t.deepEqual((await world.live.search('orders')).metrics[0]?.apps, ['blue/shop', 'shop']);
});
