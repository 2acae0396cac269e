/** A clock that goes on when a test says so, and not while a busy machine does something else. */
import type { ExecutionContext } from 'ava';

export interface StillClock {
  /** Milliseconds that are added. */
  later: number;
}

/** What one look at the clock adds, so that one event comes after another. */
const STEP_MS = 0.001;

/** Takes the place of `performance.now()`, for serial tests. Timers go on as they do. @param t until its end */
export function stillClock(t: Pick<ExecutionContext, 'teardown'>): StillClock {
  const { now } = performance;
  let time = now.call(performance);
  const clock = { later: 0 };
  t.teardown(() => (performance.now = now));
  performance.now = () => (time += STEP_MS) + clock.later;
  return clock;
}
