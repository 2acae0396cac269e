import test from 'ava';
import { KnownRun, type Request } from '../../src/rounds/runs/known-run';

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

test('a run that is starting is asked every three seconds, and its pauses do not grow', (t) => {
  const known = new KnownRun(run, 1, Date.now());
  t.deepEqual(askedAt(known, 30, true), [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
  const mute = new KnownRun(run, 1, Date.now());
  t.deepEqual(askedAt(mute, 12, false), [0, 1, 2, 3, 6, 9]);
});

test('a run whose exporter says that it has started is asked at once, and only once', (t) => {
  const known = new KnownRun(run, 1);
  askedAt(known, 60, false);
  t.false(known.shouldBeAsked(60_000, false));
  known.noteHello();
  t.true(known.shouldBeAsked(60_000, false));
  known.noteAsked({ known, sentAt: 60_000, isOver: () => true } as Partial<Request> as Request);
  t.false(known.shouldBeAsked(61_000, false));
});

test('an answer closes all older requests that no scrape waits for, and ends the pauses', (t) => {
  const known = new KnownRun(run, 1);
  askedAt(known, 100, false);
  const [, , third, last] = known.requests;
  known.close(third as Request);
  t.deepEqual(known.requests, [last]);
  t.true(known.shouldBeAsked(100_000, false));
});

test('another process in its place is recognised by its pid, or by the start of its numbers, once', (t) => {
  const known = new KnownRun(run, 7);
  t.deepEqual(
    ['pid 7', 'pid 8', 'pid 8', 'since 1', 'since 1', 'since 2', 'since 2'].map((mark) => known.noteIdentity(mark)),
    [true, false, true, true, true, false, true],
  );
});
