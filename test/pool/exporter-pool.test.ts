/** What an exporter's pool adds to the worker threads: snapshots are posted, and stay as they are meanwhile. */
import test from 'ava';
import type { ProbesTask } from '../../protocol/tasks';
import type { Snapshot } from '../../core/snapshot';
import { StateLog } from '../../core/state-log';
import { KEPT } from '../../protocol/watch';
import { LoopBeat } from '../../src/blocked/beat';
import { exporterPool } from '../support/exporter-pool';
import { scalar, snapshotOf } from '../support/snapshots';

function taskOf(snapshot: Snapshot): ProbesTask {
  const names = { known: [], room: 10 };
  return { kind: 'probes', snapshot, select: ['*'], counters: 'total', perMetric: 1, aggregated: [], names };
}

function newBeat(): LoopBeat {
  return new LoopBeat({
    takesStack: false,
    states: new StateLog({ info: () => undefined, warn: () => undefined }),
    about: () => ({ servers: [], from: '0', daemon: { kind: 'path', path: '/none' } }),
  });
}

test('a snapshot that cannot be posted is a failed task, and the next one is done', async (t) => {
  const pool = exporterPool();
  t.teardown(() => pool.stop());
  const snapshot = snapshotOf({ families: [{ name: 'c', type: 'SUM', series: [{ now: scalar(5) }] }] });
  const unreadable = {
    get name(): never {
      throw Object.create(null); // String() throws for it
    },
  };
  for (const [scope, why] of [
    [{ name: (() => 'odd') as never }, /could not be cloned/],
    [unreadable, /null prototype/],
  ] as const) {
    const result = await pool.run(taskOf({ ...snapshot, scopes: [{ scope, families: [] }] }));
    t.like(result, { ok: false, code: 'INTERNAL' });
    t.regex(result.ok ? '' : result.message, /^the snapshot cannot be posted: /);
    t.regex(result.ok ? '' : result.message, why);
  }
  t.like(await pool.run(taskOf(snapshot)), { ok: true, probes: [{ name: 'c', value: 5 }] });
});

test('a snapshot is held from before it is posted until its task has ended, however it ends', async (t) => {
  const held: string[] = [];
  const snapshot = snapshotOf({ families: [{ name: 'c', type: 'SUM', series: [{ now: scalar(5) }] }] });
  const hold = ({ generation }: Snapshot) => {
    held.push(`hold ${generation}`);
    return () => void held.push(`release ${generation}`);
  };
  const pool = exporterPool({ hold });
  t.teardown(() => pool.stop());
  const task = pool.run(taskOf(snapshot));
  t.deepEqual(held.splice(0), [`hold ${snapshot.generation}`]);
  await task;
  t.deepEqual(held.splice(0), [`release ${snapshot.generation}`]);
  await pool.run({ ...taskOf(snapshot), kind: 'odd' as never });
  t.deepEqual(held.splice(0), [`hold ${snapshot.generation}`, `release ${snapshot.generation}`]);
  await pool.stop();
  t.false((await pool.run(taskOf(snapshot))).ok);
  t.deepEqual(held.splice(0), [`hold ${snapshot.generation}`, `release ${snapshot.generation}`]);
});

test('for a thread that watches, a snapshot is held until the end of the next task, and of the pool', async (t) => {
  const held = new Map<Snapshot, number>();
  const [first, second] = [5, 6].map((value) =>
    snapshotOf({ families: [{ name: 'c', type: 'SUM', series: [{ now: scalar(value) }] }] }),
  ) as [Snapshot, Snapshot];
  const hold = (snapshot: Snapshot) => {
    held.set(snapshot, (held.get(snapshot) ?? 0) + 1);
    return () => void held.set(snapshot, (held.get(snapshot) ?? 0) - 1);
  };
  const pool = exporterPool({ hold, beat: newBeat() });
  t.teardown(() => pool.stop());
  await pool.run(taskOf(first));
  t.deepEqual([held.get(first), held.get(second)], [1, undefined]);
  await pool.run(taskOf(second));
  t.deepEqual([held.get(first), held.get(second)], [0, 1]);
  const underWay = pool.run(taskOf(first));
  await pool.stop();
  await underWay;
  t.deepEqual([held.get(first), held.get(second)], [0, 0]);
});

test('a thread may send a snapshot from the begin of its task on', async (t) => {
  const snapshot = snapshotOf({ families: [{ name: 'c', type: 'SUM', series: [{ now: scalar(5) }] }] });
  const beat = newBeat();
  const kept = (): number => Number(Atomics.load(beat.watch().beat.numbers, KEPT));
  const pool = exporterPool({ beat });
  t.teardown(() => pool.stop());
  t.is(kept(), 0);
  const underWay = pool.run(taskOf({ ...snapshot, generation: 7 }));
  t.is(kept(), 7);
  await underWay;
  t.is(kept(), 7);
});
