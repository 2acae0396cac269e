/** Each batch of requests that could not be answered was a line with a stack. */
import test from 'ava';
import type { Task, TaskResult } from '../../protocol/tasks';
import { CountingPool, startResponder } from '../ipc/responder-with-daemon';
import { until } from '../support/until';

class FailingPool extends CountingPool {
  override run<T extends Task>(task: T): Promise<TaskResult<T>> {
    if (task.kind === 'reply') this.tasks.push(task);
    const { length } = this.tasks;
    const id = (length * 7919).toString(16).padStart(8, '0');
    const message = `defect ${id} in "snapshot ${length}"\n    at reply (reply.js:${length}:1)`;
    return Promise.resolve({ ok: false, code: 'INTERNAL', message } as TaskResult<T>);
  }
}

const pool = new FailingPool();
test.after.always(() => pool.stop());

test('twenty batches that fail for one reason are one line', async (t) => {
  const { responder, snapshot, tasks, log } = await startResponder(t, pool);
  responder.update(await snapshot(1));
  for (let batch = 1; batch <= 20; batch++) {
    responder.ask({ recipient: { pmId: 1, pid: process.pid }, form: { kind: 'plain' } });
    await until('the batch', () => (tasks().length === batch ? true : undefined));
  }
  t.is(log.length, 1, log.join('\n'));
  t.regex(log[0] ?? '', /^Answering requests for metrics does not work, so askers .* get no answer: defect /);
  t.notRegex(log[0] ?? '', /\n/);
});
