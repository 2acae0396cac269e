/** Which runs count as heard, and with which numbers. */
import test from 'ava';
import type { Snapshot } from '../../../../core/snapshot';
import { HeardRuns } from '../../../src/live/processes/heard-runs';
import type { RoundResult } from '../../../src/rounds/result';
import { at, BEGIN } from '../live-by-hand';
import { Process, round } from '../../rounds-by-hand';

const snapshotIn = ({ answers }: RoundResult): Snapshot => answers[0]?.snapshot as Snapshot;

test('a run has its last two snapshots, and one that answers from the last one keeps both', async (t) => {
  const process = new Process('shop', 0);
  const runs = new HeardRuns();
  const first = at(await round(process.orders(1)), BEGIN);
  const second = at(await round(process.orders(2)), BEGIN + 1000);
  runs.take(first, []);
  t.like(runs.all[0], { snapshot: snapshotIn(first), earlier: undefined });
  runs.take(second, []);
  // Its exporter may not collect so soon again.
  runs.take({ ...second, round: 99, started: BEGIN + 30_000 }, []);
  const [heard] = runs.heard(BEGIN + 30_000);
  t.is(heard?.snapshot, snapshotIn(second));
  t.is(heard?.earlier, snapshotIn(first));
});

test('a late run counts for ten seconds with its former numbers, and with those that have come since the round', async (t) => {
  const process = new Process('shop', 0);
  const runs = new HeardRuns();
  const first = at(await round(process.orders(1)), BEGIN);
  runs.take(first, []);
  const late = (seconds: number, known?: Snapshot) => {
    const { run } = process.as('online');
    return round(process.silent()).then((result) =>
      runs.take(at(result, BEGIN + 1000 * seconds), [{ run, snapshot: known }]),
    );
  };
  await late(9);
  t.is(runs.heard(BEGIN + 9000).length, 1);
  await late(11);
  t.is(runs.heard(BEGIN + 11_000).length, 0);
  const second = snapshotIn(at(await round(process.orders(2)), BEGIN + 12_000));
  await late(12, second);
  t.is(runs.heard(BEGIN + 12_000)[0]?.snapshot, second);
});

test('a run that has ended is forgotten, and one that PM2 replaces is not', async (t) => {
  const process = new Process('shop', 0);
  const runs = new HeardRuns();
  const first = at(await round(process.orders(1)), BEGIN);
  runs.take(first, []);
  const { run } = process.as('online');
  const leaving = { ...at(await round(), BEGIN + 1000), leaving: [{ run, answer: undefined }] };
  runs.take(leaving, []);
  t.deepEqual(
    runs.all.map(({ isLeaving }) => isLeaving),
    [true],
  );
  runs.take(at(await round(), BEGIN + 2000), []);
  t.deepEqual(runs.all, []);
});
