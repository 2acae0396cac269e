/** How long runs that have ended stay known, and how many. */
import test from 'ava';
import { EndedRuns } from '../../src/rounds/runs/ended-runs';
import { KnownRun, type KnownPages, type Request } from '../../src/rounds/runs/known-run';

/** No process has it. */
const NO_PID = 2 ** 23;
const MIB = 1024 * 1024;

function run(key: string, { pid = NO_PID, mib = 0 } = {}): KnownRun {
  const known = new KnownRun({ app: 'shop', pmId: 0, key }, pid);
  known.noteAsked({ known, sentAt: 0 } as Partial<Request> as Request);
  const snapshot = { values: { byteLength: mib * MIB } };
  known.last = { incarnation: 'i', snapshot, pages: new Map() } as unknown as KnownPages;
  return known;
}

function keys(ended: EndedRuns): string[] {
  return ended.all().map((known) => known.run.key);
}

test('a run is known for a minute from the end of its process, however long PM2 lets that take', (t) => {
  let now = 0;
  const ended = new EndedRuns(() => now);
  ended.add(run('ended'));
  ended.add(run('ends slowly', { pid: process.pid }));
  t.deepEqual(keys(ended), ['ended', 'ends slowly']);
  now = 59_999;
  t.deepEqual(keys(ended), ['ended', 'ends slowly']);
  now = 10 * 60_000;
  t.deepEqual(keys(ended), ['ends slowly']);
});

test('at most a thousand runs are known, and 256 MiB of numbers: those that ended first give way', (t) => {
  const ended = new EndedRuns();
  for (let i = 1; i <= 1100; i++) ended.add(run(String(i)));
  t.deepEqual([keys(ended).length, keys(ended)[0]], [1000, '101']);
  const large = new EndedRuns();
  for (const key of ['a', 'b', 'c']) large.add(run(key, { mib: 100 }));
  t.deepEqual(keys(large), ['b', 'c']);
  large.add(run('larger than all', { mib: 1000 }));
  t.deepEqual(keys(large), ['larger than all']);
});

test('a run that has no token is not known any more, and one that goes on is taken back', (t) => {
  const ended = new EndedRuns();
  ended.add(new KnownRun({ app: 'shop', pmId: 0, key: 'never asked' }, NO_PID));
  t.deepEqual(keys(ended), []);
  const known = run('goes on');
  ended.add(known);
  t.is(ended.take('goes on'), known);
  t.deepEqual(keys(ended), []);
});
