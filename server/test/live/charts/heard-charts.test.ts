/** What pages hear of their charts, and which metrics they find for new ones. */
import test from 'ava';
import { counter, point } from '../../../../test/core/encoder/collections';
import type { ChartPoints, ChartSeries } from '../../../protocol/page';
import { ClusterPool } from '../../../src/cluster-pool';
import { Process } from '../../rounds-by-hand';
import { BEGIN, liveWorld, named } from '../live-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

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
