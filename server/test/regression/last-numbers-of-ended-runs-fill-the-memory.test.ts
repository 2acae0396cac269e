/** What came of runs after their end did not count for the limit of what is kept of them. */
import test from 'ava';
import { EndedRuns } from '../../src/rounds/runs/ended-runs';
import { KnownRun, type KnownPages, type Request } from '../../src/rounds/runs/known-run';

const MIB = 1024 * 1024;

test('last numbers that come after the end of a run count for the limit of 256 MiB', (t) => {
  const ended = new EndedRuns();
  for (let pmId = 0; pmId < 5; pmId++) {
    const known = new KnownRun({ app: 'shop', pmId, key: String(pmId) }, process.pid);
    known.noteAsked({ known, sentAt: 0 } as Partial<Request> as Request);
    ended.add(known);
    const snapshot = { values: { byteLength: 100 * MIB } };
    known.last = { incarnation: 'i', snapshot, pages: new Map() } as unknown as KnownPages;
  }
  // The numbers of the last one have come, and no run has ended since.
  t.deepEqual(
    ended.all().map(({ run }) => run.key),
    ['2', '3', '4'],
  );
});
