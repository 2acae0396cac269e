/**
 * The entry of a worker thread of the pool, which does one task at a time. Only the last numbers of the process may come
 * beside another task.
 *
 * ```
 * main thread ── task: ids, handles of shared memory ──▶ probes ──▶ numbers ──────────▶ main thread
 *                                                        reply  ──▶ JSON or wire form ▶ PM2's daemon
 *                                                        last   ──▶ wire form ─────────▶ PM2's daemon
 * main thread ── task without a snapshot ──────────────▶ hello  ────────────────────────▶ PM2's daemon
 * main thread ── its beat, in shared memory ───────────▶ Watcher ── where it stops ─────▶ PM2's daemon
 * ```
 *
 * All that a thread keeps between tasks comes from tasks (where texts begin on pages, which rows of queries they are of, the
 * last answer, what to watch) or can be made again (the connection to the daemon), so that any thread can do any task.
 */
import type { PostedTask, SnapshotTask, TaskFailure, TaskResult } from '../protocol/tasks';
import { Watcher } from './blocked/watcher';
import { Daemons } from './daemons';
import { sayHello } from './hello';
import { sendLast } from './last';
import { Outbox } from './outbox';
import { PageCache } from './page-cache';
import { readPosted } from './posted';
import { countShared } from '../core/pool/shared-memory';
import { Queries } from '../core/query/evaluate';
import { workerFunction } from '../core/pool/worker-function';
import { stackOf } from '../core/values';
import { computeProbes } from './probes/compute-probes';
import { Replier, snapshotKey } from './reply';

const pages = new PageCache();
const queries = new Queries();
const daemons = new Daemons();
const outbox = new Outbox(daemons);
const watcher = new Watcher(outbox);
const replier = new Replier(pages, outbox);

async function work(posted: PostedTask): Promise<TaskResult> {
  try {
    // The main thread waits for its last numbers.
    if (posted.kind !== 'last') await watcher.untilNotInspecting();
    if (posted.kind === 'hello') {
      if (posted.watch !== undefined) watcher.tell(posted.watch, undefined);
      return await sayHello(posted, daemons);
    }
    const task: SnapshotTask = { ...posted, snapshot: readPosted(posted.snapshot) };
    if ('watch' in posted && posted.watch !== undefined) watcher.tell(posted.watch, task.snapshot);
    countShared([task.snapshot]);
    pages.use(task.snapshot);
    replier.keepOnly(snapshotKey(task.snapshot));
    switch (task.kind) {
      case 'probes':
        return computeProbes(task, pages, queries);
      case 'reply': {
        const result = await replier.reply(task);
        if (result.ok) watcher.noteAnswers(task, result);
        return result;
      }
      case 'last':
        return await sendLast(task, outbox);
      default:
        return unknownTask(task);
    }
  } catch (error) {
    return { ok: false, code: 'INTERNAL', message: stackOf(error) };
  }
}

export = workerFunction(work);

function unknownTask(task: never): TaskFailure {
  return { ok: false, code: 'INTERNAL', message: `unknown task ${JSON.stringify((task as SnapshotTask).kind)}` };
}
