/** Numbers over time, and their bounds. */
import test from 'ava';
import * as fc from '../../../../test/support/properties';
import { Timeline } from '../../../src/live/history/timeline';

const LIMITS = { maxAgeMs: 1000, maxRows: 10, maxBytes: 1024 * 1024 };

test('rows share their times, and lack what they were not told', (t) => {
  const timeline = new Timeline(LIMITS);
  timeline.push(1, [['a', 10]]);
  timeline.push(2, [
    ['a', 11],
    ['b', 20],
  ]);
  timeline.push(3, [['b', NaN]]);
  t.deepEqual(timeline.read(), {
    times: [1, 2, 3],
    rows: [
      ['a', [10, 11, NaN]],
      ['b', [NaN, 20, NaN]],
    ],
  });
  t.deepEqual(timeline.read(['b', 'c']).rows, [
    ['b', [NaN, 20, NaN]],
    ['c', [NaN, NaN, NaN]],
  ]);
});

test('what is older than the limit is forgotten, rows without a number too', (t) => {
  const timeline = new Timeline(LIMITS);
  timeline.push(0, [['gone', 1]]);
  timeline.push(500, [['a', 1]]);
  timeline.push(1200, [['a', 2]]);
  t.deepEqual(timeline.read(), { times: [500, 1200], rows: [['a', [1, 2]]] });
});

test('there are never more rows than allowed: the one goes that has had no number for longest', (t) => {
  const timeline = new Timeline({ ...LIMITS, maxRows: 2 });
  timeline.push(1, [
    ['a', 1],
    ['b', 1],
  ]);
  timeline.push(2, [['a', 2]]);
  timeline.push(3, [['c', 3]]);
  t.deepEqual(timeline.keys, ['a', 'c']);
});

test('the numbers of the moment at which a new row shortens the past are all there', (t) => {
  const timeline = new Timeline({ maxAgeMs: 1000, maxRows: 10, maxBytes: 3 * 128 * 8 });
  for (let i = 1; i <= 100; i++) timeline.push(i, [['a', i]]);
  timeline.push(101, [
    ['a', 101],
    ['b', 102],
    ['c', 103],
    ['d', 104],
  ]);
  const { times, rows } = timeline.read();
  t.is(times.length, 64);
  t.deepEqual(
    rows.map(([key, values]) => [key, values.at(-2), values.at(-1)]),
    [
      ['a', 100, 101],
      ['b', NaN, 102],
      ['c', NaN, 103],
      ['d', NaN, 104],
    ],
  );
});

test('any sequence of rounds keeps its newest numbers, within its bytes', (t) => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const rounds = fc.array(fc.array(fc.tuple(key, fc.double({ noNaN: true })), { maxLength: 6 }), { maxLength: 400 });
  t.notThrows(() =>
    fc.assert(
      fc.property(rounds, fc.integer({ min: 1, max: 20 }), (all, step) => {
        const limits = { maxAgeMs: 1000, maxRows: 4, maxBytes: 8 * 1024 };
        const timeline = new Timeline(limits);
        const told = new Map<string, number>();
        all.forEach((numbers, i) => {
          timeline.push((i + 1) * step, numbers);
          for (const [name, value] of numbers) told.set(`${name} ${(i + 1) * step}`, value);
        });
        const { times, rows } = timeline.read();
        const last = all.length * step;
        return (
          timeline.bytes <= limits.maxBytes &&
          rows.length <= limits.maxRows &&
          times.every((time, i) => time === last - (times.length - 1 - i) * step && last - time <= limits.maxAgeMs) &&
          rows.every(([name, values]) =>
            values.every((value, i) => Number.isNaN(value) || told.get(`${name} ${String(times[i])}`) === value),
          ) &&
          rows.every(([, values]) => values.length === times.length)
        );
      }),
    ),
  );
});
