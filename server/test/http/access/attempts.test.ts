/** Guessing is slowed down. */
import test from 'ava';
import { Attempts } from '../../../src/http/access/attempts';

test('each failure makes the next attempt of that address wait longer, up to a limit, and success forgets them', async (t) => {
  const waited: number[] = [];
  const attempts = new Attempts({ wait: (ms) => Promise.resolve(waited.push(ms)) });
  for (let i = 0; i < 7; i++) t.false(await attempts.make('a', () => false));
  t.deepEqual(waited, [250, 500, 1000, 2000, 4000, 4000]);
  t.true(await attempts.make('b', () => true));
  t.is(waited.length, 6);
  t.true(await attempts.make('a', () => true));
  t.false(await attempts.make('a', () => false));
  t.is(waited.length, 7);
});

test('while one waits, another one of the address is refused, and those of others are not', async (t) => {
  let end = (): void => undefined;
  const attempts = new Attempts({ wait: () => new Promise<void>((resolve) => (end = resolve)) });
  await attempts.make('a', () => false);
  const slow = attempts.make('a', () => true);
  t.is(await attempts.make('a', () => true), undefined);
  t.true(await attempts.make('b', () => true));
  end();
  t.true(await slow);
  t.true(await attempts.make('a', () => true));
});

test('failures are forgotten after a while, and beyond a number of addresses', async (t) => {
  let now = 0;
  const waited: number[] = [];
  const attempts = new Attempts({ now: () => now, wait: (ms) => Promise.resolve(waited.push(ms)) });
  await attempts.make('a', () => false);
  now += 11 * 60_000;
  await attempts.make('a', () => false);
  t.deepEqual(waited, []);
  for (let i = 0; i < 1000; i++) await attempts.make(`other ${i}`, () => false);
  await attempts.make('a', () => false);
  t.deepEqual(waited, []);
});
