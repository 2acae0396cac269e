/** Keeps the process of a test alive: the timers of the exporter do not, and a test may wait for nothing else. */
import type { ExecutionContext } from 'ava';

/** @param t until its end */
export function stayAlive(t: Pick<ExecutionContext, 'teardown'>): void {
  const alive = setInterval(() => undefined, 1000);
  t.teardown(() => clearInterval(alive));
}
