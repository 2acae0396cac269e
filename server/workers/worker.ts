/**
 * A worker thread of the metrics server, which does one task at a time. What it keeps between tasks is derived from tasks, so
 * that any thread can do any task.
 */
import type { ClusterTask, ClusterTaskFailure, ClusterTaskResult } from '../protocol/tasks';
import type { Snapshot } from '../../core/snapshot';
import { countShared } from '../../core/pool/shared-memory';
import { workerFunction } from '../../core/pool/worker-function';
import { messageOf, stackOf } from '../../core/values';
import { ClusterMerger, readState, writeState } from './cluster';
import { decode } from './decode';
import { Exposition } from './exposition/exposition';
import { sendTo } from './exposition/stream';

const merger = new ClusterMerger();
const exposition = new Exposition();

function work(task: ClusterTask): ClusterTaskResult {
  try {
    countShared(snapshotsOf(task));
    switch (task.kind) {
      case 'decode':
        return decode(task);
      case 'absorb':
        return merger.absorb(task);
      case 'render':
        return { ok: true, kind: 'render', ...sendTo(task.port, task.loan, exposition.render(task)) };
      case 'save':
        return { ok: true, kind: 'save', bytes: writeState(task.state) };
      case 'load':
        return load(task.bytes);
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
    case 'decode':
    case 'save':
    case 'load':
      return [];
  }
}

function load(bytes: Uint8Array): ClusterTaskResult {
  try {
    return { ok: true, kind: 'load', state: readState(bytes) };
  } catch (error) {
    return { ok: false, code: 'MALFORMED', message: messageOf(error) };
  }
}

function unknownTask(task: never): ClusterTaskFailure {
  return { ok: false, code: 'INTERNAL', message: `unknown task ${JSON.stringify((task as ClusterTask).kind)}` };
}
