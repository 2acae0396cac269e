import test from 'ava';
import type { HelloTask, PostedTask, TaskResult } from '../../protocol/tasks';
import { PostedForm } from '../../src/pool/posted';
import { scalar, snapshotOf } from '../support/snapshots';
import { taskOf } from './probes/computed';

const work = require('../../workers/worker') as (task: PostedTask) => Promise<TaskResult>;

const plain = snapshotOf({ families: [{ name: 'c', type: 'SUM', series: [{ now: scalar(5) }] }] });

async function posted(): Promise<PostedTask> {
  return { ...taskOf(plain), snapshot: await new PostedForm().of(plain) };
}

test('a task is answered with its result', async (t) => {
  t.deepEqual(await work(await posted()), {
    ok: true,
    kind: 'probes',
    probes: [{ name: 'c', value: 5 }],
    leftOut: 0,
    aggregated: [],
  });
});

test('a failure is data, which can cross to another thread', async (t) => {
  const task = await posted();
  const { snapshot } = task as Exclude<PostedTask, HelloTask>;
  const unknown = await work({ kind: 'odd', snapshot } as unknown as PostedTask);
  t.deepEqual(unknown, { ok: false, code: 'INTERNAL', message: 'unknown task "odd"' });
  for (const broken of [{ snapshot: {} }, { snapshot: { ...snapshot, values: null } }, { select: 5 }]) {
    const result = await work({ ...task, ...broken } as unknown as PostedTask);
    t.like(result, { ok: false, code: 'INTERNAL' });
    t.deepEqual(structuredClone(result), result);
  }
});
