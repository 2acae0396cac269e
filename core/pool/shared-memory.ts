/**
 * Makes V8 count shared memory in this thread.
 *
 * A task carries handles of a few bytes, each of which keeps megabytes of shared memory alive that their owner may have
 * released long ago. V8 does not count this memory in the thread that receives the handles. After a large task the heap has
 * room for so much garbage that small tasks fill it only in hours, and the memory stays until then. Memory of this thread's
 * own, as large, never touched and dropped at once, makes V8 collect in time.
 */
import type { Snapshot } from '../snapshot';

/** Every task brings the columns again: if very large ones were counted in full, V8 would collect at each task. */
const MAX_COUNTED_BYTES = 4 * 1024 * 1024;

/** Counts what the snapshots of a task keep alive. */
export function countShared(snapshots: readonly Snapshot[]): void {
  let shared = 0;
  for (const { values, previous } of snapshots) shared += values.byteLength + (previous?.values.byteLength ?? 0);
  const bytes = Math.min(MAX_COUNTED_BYTES, shared);
  // Later, so that the result is sent first.
  setImmediate(() => new ArrayBuffer(bytes));
}

/** By snapshot: memory that is never touched, as large as its numbers. */
const counterparts = new WeakMap<Snapshot, ArrayBuffer>();

/**
 * Counts the numbers of a snapshot for as long as this thread holds it. What is held over several rounds is old when it is
 * released, and V8 collects old objects only when the memory that it counts has grown enough.
 */
export function countWhileHeld(snapshot: Snapshot): void {
  if (!counterparts.has(snapshot)) counterparts.set(snapshot, new ArrayBuffer(snapshot.values.byteLength));
}

/** Counts shared memory that this thread no longer needs: V8 then looks soon for handles that keep it alive. */
export function countReleased(bytes: number): void {
  new ArrayBuffer(bytes);
}

/** Allocates shared memory and counts it: V8 does not count what this thread allocates either. */
export function sharedMemory(bytes: number): SharedArrayBuffer {
  new ArrayBuffer(bytes);
  return new SharedArrayBuffer(bytes);
}
