/** What pages hear, and what is kept, from rounds made by hand and evaluated by real threads. */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import type { ChartPoints, ChartSeries, Hello, Mark, Past, ProcessRow } from '../../protocol/page';
import type { Run } from '../../protocol/run';
import { counter, point } from '../../../test/core/encoder/collections';
import { Process, unreadable, type Listed } from '../rounds-by-hand';
import { BEGIN, liveWorld, named, requests } from './live-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

const STATUS = 'http.response.status_code';

const garbled = ({ process, answer }: Listed): Listed => ({
  process,
  ...(answer !== undefined && { answer: { ...answer, snapshot: unreadable(answer.snapshot) } }),
});

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
    processes.map(([, pmId, app, , status, , , , , , perSecond, errors, p95, , , , , why]) => [
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
    later.map((row) => row[10]),
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

test('a chart has the largest series and the others together, and its past from when it was opened', async (t) => {
  const world = liveWorld(pool);
  const { page, events } = world.open();
  page.show([{ id: 7, metric: 'orders', as: 'rate', by: 'queue', points: 100 }]);
  const process = new Process('shop', 0);
  const orders = (factor: number) =>
    process.answers(
      counter(
        'orders',
        Array.from({ length: 25 }, (_, i) => point({ queue: `q${i}` }, factor * (i + 1))),
      ),
    );
  await world.take(0, orders(0));
  await world.take(1, orders(1));
  await world.take(2, orders(2));
  const series = named(events, 'series') as ChartSeries[];
  const [chart, unit, names, hasOther] = series.at(-1) as Extract<
    ChartSeries,
    readonly [unknown, unknown, unknown, unknown]
  >;
  t.is(chart, 7);
  t.is(unit, '/s');
  t.true(hasOther);
  t.is(names.length, 21);
  t.is(names[20], 'other');
  const [, times, values] = named(events, 'points').at(-1) as ChartPoints;
  t.deepEqual(times, [BEGIN + 2000]);
  const largest = names.indexOf('q24');
  t.deepEqual(values[largest], [25]);
  t.deepEqual(values[20], [1 + 2 + 3 + 4 + 5]);

  // Another page gets the past at once.
  const other = world.open();
  other.page.show([{ id: 1, metric: 'orders', as: 'rate', by: 'queue', points: 100 }]);
  const [, past] = named(other.events, 'points').at(-1) as ChartPoints;
  t.deepEqual(past, [BEGIN, BEGIN + 1000, BEGIN + 2000]);
});

test('a chart of each process has a series for it, and one of the app adds them up, those that are leaving too', async (t) => {
  const world = liveWorld(pool);
  const { page, events } = world.open();
  page.show([
    { id: 1, metric: 'orders', as: 'rate', app: 'shop', pmId: 'all', points: 10 },
    { id: 2, metric: 'orders', as: 'rate', app: 'shop', points: 10 },
    { id: 3, metric: 'orders', as: 'rate', pmId: 3, points: 10 },
    { id: 4, metric: 'nothing', as: 'rate', points: 10 },
    { id: 5, metric: 'orders', as: 'rate', app: 'none', points: 10 },
  ]);
  const [old, other, foreign] = [new Process('shop', 0), new Process('shop', 3), new Process('else', 4)];
  await world.take(0, old.orders(0), other.orders(0), foreign.orders(0));
  await world.take(1, old.orders(5), other.orders(3), foreign.orders(9));
  const names = (id: number) => (named(events, 'series') as ChartSeries[]).findLast(([chart]) => chart === id)?.[2];
  const latest = (id: number) => (named(events, 'points') as ChartPoints[]).findLast(([chart]) => chart === id)?.[2];
  t.deepEqual(names(1), ['shop 0', 'shop 3']);
  t.deepEqual(latest(1), [[5], [3]]);
  t.deepEqual(names(2), ['shop']);
  t.deepEqual(latest(2), [[8]]);
  t.deepEqual(latest(3), [[3]]);
  const problem = (id: number) => (named(events, 'series') as ChartSeries[]).findLast(([chart]) => chart === id)?.[1];
  t.is(problem(4), 'None of these processes has a metric of this name.');
  t.is(problem(5), 'None of these processes has metrics now.');
});

test('a round that is too late for the threads counts with its numbers, and the hour has no hole', async (t) => {
  const world = liveWorld(pool);
  const process = new Process('shop', 0);
  await world.take(0, process.orders(1));
  // Evaluated one after the other, the newest one wins.
  const rounds = [1, 2, 3].map((seconds) => world.take(seconds, process.orders(seconds)));
  await Promise.all(rounds);
  t.true(world.live.kept.moments >= 2);
});

test('where a thread fails, the log says so, and pages keep what is known', async (t) => {
  const failing = { run: () => Promise.reject(new Error('no thread')) } as never;
  const world = liveWorld(failing);
  const { events } = world.open();
  await world.take(0, new Process('shop', 0).orders(1));
  t.is((named(events, 'processes').at(-1) as ProcessRow[]).length, 1);
  t.regex(world.logged.join('\n'), /Evaluating metrics for the dashboard.*no thread/);
});

test('what a process sends that cannot be read costs its own numbers and no others', async (t) => {
  const world = liveWorld(pool);
  const [good, bad] = [new Process('shop', 0), new Process('shop', 1)];
  const { page, events } = world.open();
  page.show([{ id: 1, metric: 'http.server.request.duration', as: 'total', by: STATUS, pmId: 'all', points: 100 }]);
  await world.take(0, good.answers(requests(10)), garbled(await bad.answers(requests(10))));
  await world.take(1, good.answers(requests(15, 5)), garbled(await bad.answers(requests(20))));
  t.deepEqual(named(events, 'series').at(-1), [1, null, ['shop 0, 200', 'shop 0, 500'], false]);
  const rows = named(events, 'processes').at(-1) as ProcessRow[];
  t.deepEqual(
    rows.map(([, pmId, , , , , , , , , perSecond, errors]) => [pmId, perSecond, errors]),
    [
      [0, 10, 5],
      [1, 10, null],
    ],
  );
  const { metrics } = await world.live.search('duration');
  t.like(metrics[0], { series: 4, attributes: [STATUS] });
  t.deepEqual(world.logged, []);
});

test('whatever fails while a round is shown, the log says so, and the next one is shown', async (t) => {
  let isBroken = true;
  const known = () => {
    if (isBroken) throw new Error('broken');
    return [];
  };
  const world = liveWorld(pool, { known });
  const shop = new Process('shop', 0);
  await world.take(0, shop.orders(1));
  t.regex(world.logged.join(), /broken/);
  isBroken = false;
  await world.take(1, shop.orders(2));
  t.is(world.live.kept.moments, 1);
});

test('a clock that was set back stops neither the dashboard nor its charts', async (t) => {
  const world = liveWorld(pool);
  const shop = new Process('shop', 0);
  const { page, events } = world.open();
  page.show([{ id: 1, metric: 'orders', as: 'total', pmId: 0, points: 100 }]);
  await world.take(3600, shop.orders(1));
  await world.take(3601, shop.orders(2));
  await world.take(10, shop.orders(3));
  await world.take(11, shop.orders(4));
  const [times] = named(world.open().events, 'past')[0] as Past;
  t.deepEqual(times, [BEGIN + 10_000, BEGIN + 11_000]);
  t.deepEqual(
    (named(events, 'points') as ChartPoints[]).map(([, , [values]]) => values?.[0]),
    [1, 2, 3, 4],
  );
});

test('a chart that found no room is opened as soon as there is some', (t) => {
  const world = liveWorld(pool);
  const chart = (id: number) => ({ id, metric: `m${id}`, as: 'rate', points: 10 });
  const charts = (from: number) => Array.from({ length: 30 }, (_, i) => chart(from + i));
  const [one, two, three] = [world.open(), world.open(), world.open()];
  one.page.show(charts(0));
  two.page.show(charts(30));
  three.page.show([chart(60)]);
  t.regex(String((named(three.events, 'series')[0] as ChartSeries)[1]), /^As many charts are open/);
  one.close();
  three.page.show([chart(60)]);
  t.is(world.live.kept.charts, 31);
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

test('metrics are found by parts of names and of attributes', async (t) => {
  const world = liveWorld(pool);
  const series = [point({ queue: 'Mail', region: 'eu' }, 1), point({ queue: 'print' }, 2)];
  await world.take(0, new Process('shop', 0).answers(counter('jobs_total', series), counter('other', [point({}, 1)])));
  const { metrics, total } = await world.live.search('JOBS');
  t.is(total, 1);
  t.like(metrics[0], { name: 'jobs_total', kind: 'counter', series: 2, apps: ['shop'], unit: null, examples: [] });
  t.deepEqual(metrics[0]?.attributes, ['queue', 'region']);
  const byValue = await world.live.search('jobs mail');
  t.deepEqual(byValue.metrics[0]?.examples, ['{"queue":"Mail","region":"eu"}']);
  t.deepEqual(await world.live.search('absent'), { metrics: [], total: 0 });
  t.deepEqual(
    (await world.live.search('')).metrics.map(({ name }) => name),
    ['jobs_total', 'other'],
  );
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
  const blocked = (): unknown[] => (named(events, 'processes').at(-1) as ProcessRow[])[0]?.slice(14, 16) ?? [];
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
