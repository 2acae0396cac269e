/** Waits for changes in other processes. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a busy machine: when it is over, the test fails. No measurement depends on it. */
const PATIENCE_MS = 60_000;

/**
 * Calls `attempt` every 100 ms until it returns something.
 *
 * @throws after 60 s, with `what` in the message and the last error of `attempt` as its cause
 */
export async function until<T>(what: string, attempt: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const begin = Date.now();
  let last: unknown;
  for (;;) {
    try {
      const answer = await attempt();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() - begin > PATIENCE_MS) throw new Error(`No ${what} after ${PATIENCE_MS / 1000} s`, { cause: last });
    await sleep(100);
  }
}
