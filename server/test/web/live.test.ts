/** What the page keeps of the stream: the last hour, points of charts, reloads. */
import test from 'ava';
import type { Mark, MarkKind } from '../../protocol/page';
import { fillPlotData, type PlotData } from '../../web/draw/plot-data';
import { PointBuffer } from '../../web/live/buffer';
import { Hour, STEPS, STEP_MS } from '../../web/live/hour';
import { HOUR_OF_ALL, Hours, hourOfApp, hourOfRun } from '../../web/live/hours';
import { processOf } from '../../web/live/process';
import { Reloads } from '../../web/live/reloads';
import { row } from './support/cluster';

// Its types are those of a browser.
const { inFrame } = require('../../web/live/frame') as { inFrame(job: () => unknown): void };

const NOW = 1_000_000 * STEP_MS;

function read(hour: Hour | undefined, now = NOW): number[] {
  const into = new Float64Array(STEPS);
  hour?.read(now, into);
  return [...into];
}

test('a step of an hour shows the mean or the largest, and keeps the last one where nothing came', (t) => {
  const [mean, max] = [new Hour('mean'), new Hour('max')];
  for (const hour of [mean, max]) {
    hour.add(NOW - 3 * STEP_MS, 1);
    hour.add(NOW - 3 * STEP_MS + 1000, 5);
    hour.add(NOW, 7);
    hour.add(NOW - STEP_MS, 100);
  }
  t.deepEqual(read(mean).slice(-5), [Number.NaN, 3, 3, 3, 7]);
  t.deepEqual(read(max).slice(-5), [Number.NaN, 5, 5, 5, 7]);
  t.deepEqual(read(mean, NOW + 2 * STEP_MS).slice(-4), [3, 7, 7, 7]);
});

test('an hour has what is an hour old, and nothing older', (t) => {
  const hour = new Hour('mean');
  for (let step = 0; step <= 3 * STEPS; step++) hour.add(NOW - (3 * STEPS - step) * STEP_MS, step);
  t.deepEqual(
    read(hour),
    Array.from({ length: STEPS }, (_, at) => 2 * STEPS + 1 + at),
  );
  hour.add(NOW + 5 * STEPS * STEP_MS, Number.NaN);
  const later = read(hour, NOW + 5 * STEPS * STEP_MS);
  t.is(later.at(-2), 3 * STEPS);
  t.is(later.at(-1), Number.NaN);
});

test("an app's hour does not break where one process takes the place of another", (t) => {
  const hours = new Hours();
  const [old, next] = [row(0, 'shop', { run: 'old', requests: 10 }), row(0, 'shop', { run: 'new', requests: 10 })];
  const past = [
    [NOW - 2 * STEP_MS, NOW - STEP_MS],
    [
      ['old', 'shop', 'requests', [10, null]],
      ['gone', 'shop', 'requests', [null, 10]],
    ],
  ] as const;
  hours.addPast(past);
  for (const [second, rows] of [[old], [old], [next], [next]].entries()) {
    hours.add(NOW + second * 1000, rows.map(processOf));
  }
  for (const name of [HOUR_OF_ALL, hourOfApp('shop')]) {
    t.deepEqual(read(hours.get(name, 'requests')).slice(-3), [10, 10, 10], name);
  }
  t.deepEqual(read(hours.get(hourOfRun('gone'), 'requests')).slice(-3), [Number.NaN, 10, 10]);
  t.deepEqual([hours.steps(NOW), hours.steps(NOW + 90 * STEP_MS), hours.steps(NOW * 2)], [60, 92, STEPS]);
  hours.add(NOW + 61_000, [processOf(next)]);
  t.is(hours.get(hourOfRun('gone'), 'requests'), undefined);
});

test('points of a chart are bounded, and series that stay keep theirs', (t) => {
  const buffer = new PointBuffer();
  buffer.rename(['a', 'b']);
  for (let second = 0; second < 10_000; second++) buffer.add([second * 1000], [[second], [null]]);
  t.true(buffer.length >= 3600 && buffer.times.length <= 4000, `${buffer.length} of ${buffer.times.length}`);
  t.is(buffer.times[buffer.length - 1], 9_999_000);
  t.is(buffer.values[0]![buffer.since(9_000_000)], 9000);
  buffer.rename(['c', 'a']);
  t.deepEqual([buffer.last(0), buffer.last(1)], [Number.NaN, 9999]);
  buffer.add(
    [9_998_000, 9_999_000, 10_000_000],
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  );
  t.deepEqual([...buffer.times.subarray(buffer.length - 3, buffer.length)], [9_998_000, 9_999_000, 10_000_000]);
  t.deepEqual([buffer.last(0), buffer.last(1)], [3, 6]);
});

test('two series of one name, such as a route `other` beside the rest, keep numbers of their own', (t) => {
  const buffer = new PointBuffer();
  for (const names of [
    ['a', 'other', 'other'],
    ['b', 'other', 'other'],
  ]) {
    buffer.rename(names);
    buffer.add([1000], [[1], [2], [3]]);
    t.deepEqual([buffer.last(0), buffer.last(1), buffer.last(2)], [1, 2, 3]);
  }
});

test('the hours of runs that are gone are kept for a minute: a crash loop has many runs in an hour', (t) => {
  const hours = new Hours();
  for (let second = 0; second <= 3600; second += 2) {
    hours.add(NOW + second * 1000, [processOf(row(0, 'shop', { run: `run ${second}`, cpu: 1 }))]);
  }
  const kept = Array.from({ length: 1801 }, (_, at) => hours.get(hourOfRun(`run ${at * 2}`), 'cpu'));
  t.is(kept.filter((hour) => hour !== undefined).length, 31);
  t.is(read(hours.get(hourOfApp('shop'), 'cpu'), NOW + 3_600_000)[0], 1);
});

test('a plot has no more points than pixels, and a step of it shows its largest number', (t) => {
  const buffer = new PointBuffer();
  buffer.rename(['a', 'b']);
  for (let second = 0; second < 3600; second++) {
    buffer.add([second * 1000], [[second === 1801 ? 99 : 1], [second < 1000 ? null : 2]]);
  }
  const data: PlotData = [[], [], []];
  fillPlotData(data, buffer, { from: 0, to: 3_600_000, pixels: 450 });
  t.is(data[0].length, 450);
  t.is(data[0][225], 1800);
  t.deepEqual(
    data[1]!.filter((value) => value !== 1),
    [99],
  );
  t.deepEqual([data[2]![0], data[2]![449]], [null, 2]);
  fillPlotData(data, buffer, { from: 3_300_000, to: 3_600_000, pixels: 450 });
  t.is(data[0].length, 301);
});

test.serial('a chart that cannot be drawn leaves the others of its frame alone', (t) => {
  const frames: (() => void)[] = [];
  const reported: unknown[] = [];
  const browser = {
    requestAnimationFrame: (job: () => void) => frames.push(job),
    reportError: (error: unknown) => reported.push(error),
  };
  Object.assign(globalThis, browser);
  t.teardown(() => Object.keys(browser).forEach((name) => Reflect.deleteProperty(globalThis, name)));
  const done: string[] = [];
  const error = new Error('no canvas');
  inFrame(() => done.push('first'));
  inFrame(() => {
    throw error;
  });
  inFrame(() => done.push('last'));
  t.is(frames.length, 1);
  t.notThrows(frames[0]!);
  t.deepEqual(done, ['first', 'last']);
  t.deepEqual(reported, [error]);
});

test('a reload pairs old with new, keeps the old as last seen, and ends a minute later', (t) => {
  const reloads = new Reloads();
  const rows = (...list: ReturnType<typeof row>[]) => list.map(processOf);
  reloads.update(0, rows(row(0, 'shop')));
  t.is(reloads.all.length, 0);
  reloads.update(1000, rows(row(0, 'shop', { run: 'old', status: 'leaving', requests: 4 }), row(0, 'shop')));
  t.like(reloads.all[0], { app: 'shop', since: 1000, doneAt: null });
  t.like(reloads.all[0]!.replaced[0], { pmId: 0, isLeaving: true });
  reloads.update(2000, rows(row(0, 'shop')));
  t.like(reloads.all[0], { doneAt: 2000 });
  t.is(reloads.all[0]!.replaced[0]!.old.numbers.requests, 4);
  t.is(reloads.all[0]!.replaced[0]!.next?.run, 'run-0');
  reloads.update(61_999, rows(row(0, 'shop')));
  t.is(reloads.all.length, 1);
  const again = rows(row(0, 'shop', { status: 'leaving' }), row(0, 'shop', { run: 'newest' }));
  reloads.update(61_999, again);
  t.like(reloads.all[0], { since: 61_999, doneAt: null });
  t.deepEqual(
    reloads.all[0]!.replaced.map(({ old }) => old.run),
    ['run-0'],
  );
  reloads.update(70_000, rows(row(0, 'shop')));
  reloads.update(130_000, rows(row(0, 'shop')));
  t.is(reloads.all.length, 0);
});

test('a process that was replaced between two rounds is paired by its mark', (t) => {
  const reloads = new Reloads();
  const rows = (...list: ReturnType<typeof row>[]) => list.map(processOf);
  const mark = (pmId: number, kind: MarkKind = 'reload'): Mark => [500, kind, 'shop', pmId, ''];
  const pairs = () => reloads.all.map(({ replaced }) => replaced.map(({ old, next }) => [old.run, next?.run]));
  // The last hour's, as the page is opened.
  reloads.note(0, [mark(0)]);
  reloads.update(0, rows(row(0, 'shop'), row(1, 'shop'), row(2, 'shop')));
  reloads.note(0, [mark(0), mark(7)]);
  t.deepEqual(pairs(), []);

  reloads.update(1000, rows(row(0, 'shop', { run: 'new-0' }), row(1, 'shop'), row(2, 'shop', { run: 'new-2' })));
  reloads.note(1000, [mark(0), mark(2, 'restart')]);
  t.deepEqual(pairs(), [[['run-0', 'new-0']]]);
  t.like(reloads.all[0], { since: 500, doneAt: 1000 });
  t.like(reloads.all[0]!.replaced[0], { pmId: 0, isLeaving: false });

  const leaving = row(1, 'shop', { status: 'leaving' });
  const [first, third] = [row(0, 'shop', { run: 'new-0' }), row(2, 'shop', { run: 'new-2' })];
  reloads.update(2000, rows(first, leaving, row(1, 'shop', { run: 'new-1' }), third));
  reloads.note(2000, [mark(1)]);
  t.like(reloads.all[0], { since: 500, doneAt: null });
  reloads.update(3000, rows(first, row(1, 'shop', { run: 'new-1' }), third));
  t.like(reloads.all[0], { since: 500, doneAt: 3000 });
  t.deepEqual(pairs(), [
    [
      ['run-0', 'new-0'],
      ['run-1', 'new-1'],
    ],
  ]);

  reloads.update(4000, rows(row(0, 'shop', { run: 'newest-0' }), row(1, 'shop', { run: 'new-1' })));
  reloads.note(4000, [mark(0)]);
  t.deepEqual(pairs(), [[['new-0', 'newest-0']]]);
  reloads.update(64_000, []);
  t.deepEqual(pairs(), []);
});
