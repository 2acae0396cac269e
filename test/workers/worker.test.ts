import test from 'ava';
import type { Task, TaskResult } from '../../protocol/tasks';
import { scalar, snapshotOf, taskOf } from './probes/build';

const work = require('../../workers/worker') as (task: Task) => Promise<TaskResult>;

const snapshot = snapshotOf({ families: [{ name: 'c', type: 'SUM', series: [{ now: scalar(5) }] }] });

test('a task is answered with its result', async (t) => {
  t.deepEqual(await work(taskOf(snapshot)), {
    ok: true,
    kind: 'probes',
    probes: [{ name: 'c', value: 5 }],
    aggregated: [],
  });
});

test('a failure is data, which can cross to another thread', async (t) => {
  const unknown = await work({ kind: 'odd', snapshot } as unknown as Task);
  t.deepEqual(unknown, { ok: false, code: 'INTERNAL', message: 'unknown task "odd"' });
  for (const broken of [{ snapshot: {} }, { snapshot: { ...snapshot, values: null } }, { select: 5 }]) {
    const result = await work({ ...taskOf(snapshot), ...broken } as unknown as Task);
    t.like(result, { ok: false, code: 'INTERNAL' });
    t.deepEqual(structuredClone(result), result);
  }
});
