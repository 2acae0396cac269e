/** What the module of a pool's worker threads exports: a function that does one task. */

/** The first task of each thread. It makes piscina start the thread, and its end shows that the module is loaded. */
export const WARM_UP = 'warm-up';

/** @param work does a task of the pool. Failures that its caller expects are results; what it throws fails the task */
export function workerFunction<Task, Result>(
  work: (task: Task) => Result,
): (task: Task | typeof WARM_UP) => Result | undefined {
  return (task) => (task === WARM_UP ? undefined : work(task));
}
