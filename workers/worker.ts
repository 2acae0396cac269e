/**
 * A worker thread of the pool: does one task at a time.
 *
 * ```
 * main thread ── task: ids, handles of shared memory ──▶ probes ──▶ numbers ──────────────▶ main thread
 *                                                        reply  ──▶ rendered, sent ──▶ PM2's daemon
 * ```
 *
 * What it keeps between tasks is derived from them (pages parsed, the last rendering) or can be made again
 * (the connection to the daemon): any thread can do any task.
 */
import type { PostedTask, Task, TaskFailure, TaskResult } from '../protocol/tasks';
import { PageCache } from '../core/pages';
import { readPosted } from './posted';
import { countShared } from '../core/pool/pressure';
import { stackOf } from '../core/values';
import { computeProbes } from './probes/compute-probes';
import { Replier, snapshotKey } from './reply';

const pages = new PageCache();
const replier = new Replier(pages);

export = async function work(posted: PostedTask): Promise<TaskResult> {
  try {
    const task: Task = { ...posted, snapshot: readPosted(posted.snapshot) };
    countShared([task.snapshot]);
    pages.use(task.snapshot);
    replier.forgetBefore(snapshotKey(task.snapshot));
    switch (task.kind) {
      case 'probes':
        return computeProbes(task, pages);
      case 'reply':
        return await replier.reply(task);
      default:
        return unknownTask(task);
    }
  } catch (error) {
    return { ok: false, code: 'INTERNAL', message: stackOf(error) };
  }
};

function unknownTask(task: never): TaskFailure {
  return { ok: false, code: 'INTERNAL', message: `unknown task ${JSON.stringify((task as Task).kind)}` };
}
