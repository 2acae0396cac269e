/**
 * The side of a pool's worker thread.
 *
 * ```
 * pool ── task ──▶ thread     one at a time, also before it is ready
 * pool ◀── READY ── thread    once, when it has been loaded
 * pool ◀── result ── thread   one per task, in any form but READY
 * ```
 *
 * Whatever is thrown ends the thread, and with it the task: results that tell of failures are made by `work`.
 */
import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';

export const READY = 'ready';

/** The main thread of the process has precedence over the pool when there is more work than processors. */
const NICE_INCREMENT = 5;

/** Does the tasks of the pool that has started this thread. Does nothing on a main thread, which has no pool. */
export function serve(work: (task: never) => unknown): void {
  if (parentPort === null) return;
  const port = parentPort;
  lowerPriority();
  port.on('message', (task) => void answer(task as never));
  port.postMessage(READY);

  async function answer(task: never): Promise<void> {
    port.postMessage(await work(task));
  }
}

/** Only Linux gives each thread a priority of its own: elsewhere this would be the priority of the process. */
function lowerPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(19, getPriority(0) + NICE_INCREMENT));
  } catch {
    // Not permitted here: the thread works at the priority of the process.
  }
}
