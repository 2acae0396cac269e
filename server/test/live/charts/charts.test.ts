/** Which charts are open, and what is kept of them. */
import test from 'ava';
import { Charts } from '../../../src/live/charts/charts';
import { OpenChart } from '../../../src/live/charts/open-chart';

const chart = (metric: string) => ({ id: 1, metric, as: 'rate', points: 10 });

test('charts with the same subject are one, whatever they are called and however wide they are', (t) => {
  const charts = new Charts();
  const one = charts.open(chart('a'));
  t.is(charts.open({ ...chart('a'), id: 2, points: 99 }), one);
  t.not(charts.open({ ...chart('a'), pmId: 'all' }), one);
  t.is(charts.count, 2);
});

test('one that no page shows any more is kept for a minute, and not evaluated', (t) => {
  let now = 0;
  const charts = new Charts(() => now);
  const one = charts.open(chart('a')) as OpenChart;
  charts.close(one);
  t.deepEqual(charts.shown, []);
  t.is(charts.open(chart('a')), one);
  charts.close(one);
  now += 60_000;
  t.not(charts.open(chart('a')), one);
});

test('there are as many as are allowed; those that are closed make room', (t) => {
  const charts = new Charts();
  const all = Array.from({ length: 60 }, (_, i) => charts.open(chart(`m${i}`)) as OpenChart);
  t.is(charts.open(chart('one more')), undefined);
  charts.close(all[0] as OpenChart);
  t.truthy(charts.open(chart('one more')));
});

test('series keep their places while others come and go, and each change of names is a version', (t) => {
  const open = new OpenChart({ metric: 'a', as: 'rate', by: 'route' });
  const take = (time: number, names: readonly string[], other?: number) =>
    open.take(time, { unit: '/s', other, rows: names.map((name, i) => ({ labels: [name], value: 10 - i })) });
  take(1, ['a', 'b', 'c']);
  t.is(open.version, 1);
  take(2, ['c', 'a', 'b']);
  t.is(open.version, 1);
  t.deepEqual(open.names, ['a', 'b', 'c']);
  t.deepEqual(open.latest, [9, 8, 10]);
  take(3, ['d', 'a', 'c'], 5);
  t.is(open.version, 2);
  t.deepEqual(open.names, ['a', 'd', 'c', 'other']);
  t.deepEqual(
    open.past().rows.map(([, values]) => values),
    [
      [10, 9, 9],
      [NaN, NaN, 10],
      [8, 10, 8],
      [NaN, NaN, 5],
    ],
  );
  take(3, ['x']);
  t.is(open.version, 2);
});

test('a chart of the largest series of very many keeps a bounded past', (t) => {
  const open = new OpenChart({ metric: 'a', as: 'rate', by: 'id' });
  for (let i = 1; i <= 5000; i++) {
    const rows = Array.from({ length: 20 }, (_, row) => ({ labels: [`series ${i * 7 + row}`], value: row }));
    open.take(1000 * i, { unit: undefined, other: 1, rows });
  }
  t.true(open.bytes <= 1024 * 1024);
});
