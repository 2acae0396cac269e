import test from 'ava';
import fc from 'fast-check';
import type { Page } from '../../../core/snapshot';
import { KnownRun, rangesOf, type Request } from '../../src/rounds/known-run';

const pages = (ids: readonly number[]): Page[] => ids.map((id) => ({ id }) as Page);

test('pages are named by as few ranges as do, which name each of them and no other', (t) => {
  t.deepEqual(rangesOf(pages([3, 1, 2, 7])), [
    [1, 3],
    [7, 7],
  ]);
  t.deepEqual(rangesOf([]), []);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(200)), (ids) => {
      const ranges = rangesOf(pages(ids));
      const named = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
      t.deepEqual(
        named,
        [...ids].sort((a, b) => a - b),
      );
      t.true(ranges.every(([first], i) => i === 0 || first > (ranges[i - 1]?.[1] ?? 0) + 1));
    }),
  );
});

test('more ranges than an instance takes are not sent: it sends those pages again', (t) => {
  t.is(rangesOf(pages(Array.from({ length: 30_000 }, (_, i) => 2 * i))).length, 10_000);
});

const run = { app: 'app', pmId: 1, key: 'key' };

/** The seconds at which a run that never answers is asked, with one round per second. */
function askedAt(known: KnownRun, seconds: number, answers: boolean): number[] {
  const times: number[] = [];
  for (let second = 0; second < seconds; second++) {
    if (!known.shouldBeAsked(second * 1000, answers)) continue;
    known.noteAsked({ known, sentAt: second * 1000, isOver: () => true } as Partial<Request> as Request);
    times.push(second);
  }
  return times;
}

test('a run that owes four answers is asked after pauses, which grow while its app has never answered', (t) => {
  t.deepEqual(askedAt(new KnownRun(run, 1), 70, true), [0, 1, 2, 3, 18, 33, 48, 63]);
  const mute = new KnownRun(run, 1);
  t.deepEqual(askedAt(mute, 300, false), [0, 1, 2, 3, 18, 48, 108, 228]);
  t.is(mute.requests.length, 4);
  t.true(askedAt(new KnownRun(run, 1), 86_400, false).length < 40);
});

test('an answer settles all older requests that no scrape waits for, and ends the pauses', (t) => {
  const known = new KnownRun(run, 1);
  askedAt(known, 100, false);
  const [, , third, last] = known.requests;
  known.settle(third as Request);
  t.deepEqual(known.requests, [last]);
  t.true(known.shouldBeAsked(100_000, false));
});

test('another process in its place is told by its pid, or by when its numbers began, once', (t) => {
  const known = new KnownRun(run, 7);
  t.deepEqual(
    ['pid 7', 'pid 8', 'pid 8', 'since 1', 'since 1', 'since 2', 'since 2'].map((mark) => known.noteIdentity(mark)),
    [true, false, true, true, true, false, true],
  );
});
