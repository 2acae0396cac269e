/**
 * Makes shared memory count in this thread.
 *
 * What a task brings along are handles of a few bytes, each of which keeps megabytes of shared memory that its owner
 * has long given up. V8 does not count these in the thread that gets them, and once a large task has given it room
 * for garbage, small ones fill that in hours. So memory of its own, never touched and dropped at once, stands for it.
 */
import type { Snapshot } from '../snapshot';

/** Columns come again and again: to count very large ones in full would have V8 collect at each task. */
const MOST = 4 * 1024 * 1024;

export function countShared(snapshots: readonly Snapshot[]): void {
  let shared = 0;
  for (const { values, previous } of snapshots) shared += values.byteLength + (previous?.values.byteLength ?? 0);
  const bytes = Math.min(MOST, shared);
  // After the result has been sent.
  setImmediate(() => new ArrayBuffer(bytes));
}

/** Of this thread's own, which V8 does not count either: it is told of it once. */
export function sharedMemory(bytes: number): SharedArrayBuffer {
  new ArrayBuffer(bytes);
  return new SharedArrayBuffer(bytes);
}
