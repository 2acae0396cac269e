/**
 * A worker thread of the metrics server, which does one task at a time. What it keeps between tasks is derived from tasks, so
 * that any thread can do any task.
 */
import type { AbsorbResult, AbsorbTask, ClusterTask, ClusterTaskFailure, ClusterTaskResult } from '../protocol/tasks';
import type { ReplaceResult, SaveResult } from '../protocol/state-file';
import { appKey } from '../protocol/labels';
import type { Snapshot } from '../../core/snapshot';
import { countShared } from '../../core/pool/shared-memory';
import { workerFunction } from '../../core/pool/worker-function';
import { messageOf, stackOf } from '../../core/values';
import { appendChanges, ClusterMerger, loadStates, replaceFile, saveStates } from './cluster';
import { decode } from './decode';
import { Exposition } from './exposition/exposition';
import { sendTo } from './exposition/stream';
import { Answers } from './query/answer';
import { search } from './query/search';

const merger = new ClusterMerger();
const exposition = new Exposition();
const answers = new Answers();

function work(task: ClusterTask): ClusterTaskResult {
  try {
    countShared(snapshotsOf(task));
    switch (task.kind) {
      case 'decode':
        return decode(task);
      case 'absorb':
        return absorb(task);
      case 'render':
        return { ok: true, kind: 'render', ...sendTo(task.port, task.loan, exposition.render(task)) };
      case 'query':
        return answers.answer(task);
      case 'search':
        return { ok: true, kind: 'search', found: search(task) };
      case 'save':
        return onFile(() => ({ ok: true, kind: 'save', end: saveStates(task) }));
      case 'replace':
        return onFile(() => ({ ok: true, kind: 'replace', ...replaceFile(task) }));
      case 'load':
        return loadStates(task);
      default:
        return unknownTask(task);
    }
  } catch (error) {
    const message = stackOf(error);
    return { ok: false, code: 'INTERNAL', message };
  }
}

export = workerFunction(work);

function snapshotsOf(task: ClusterTask): Snapshot[] {
  switch (task.kind) {
    case 'absorb':
      return task.apps.flatMap(({ live }) => live.map(({ snapshot }) => snapshot));
    case 'render':
      return task.snapshots.map(({ snapshot }) => snapshot);
    case 'query':
      return task.snapshots.flatMap(({ snapshot, earlier }) =>
        earlier === undefined ? [snapshot] : [snapshot, earlier],
      );
    case 'search':
      return task.snapshots.map(({ snapshot }) => snapshot);
    case 'decode':
    case 'save':
    case 'replace':
    case 'load':
      return [];
  }
}

/** What the result shows is in the file before the main thread has it. */
function absorb(task: AbsorbTask): AbsorbResult {
  const result = merger.absorb(task);
  if (task.file === undefined) return result;
  const saved = new Map(task.apps.map((round) => [appKey(round), round.saved]));
  const changes = result.apps.map(({ app, state }) => ({ app, from: saved.get(app), to: state }));
  return { ...result, appended: appendChanges(task.file, changes) };
}

function onFile<T extends SaveResult | ReplaceResult>(write: () => T): T | ClusterTaskFailure {
  try {
    return write();
  } catch (error) {
    return { ok: false, code: 'STATE_FILE', message: messageOf(error) };
  }
}

function unknownTask(task: never): ClusterTaskFailure {
  return { ok: false, code: 'INTERNAL', message: `unknown task ${JSON.stringify((task as ClusterTask).kind)}` };
}
