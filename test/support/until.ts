/** Waits for changes in other processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ExecutionContext } from 'ava';

/** Long enough for a busy machine: when it is over, the test fails. No measurement depends on it. */
const PATIENCE_MS = 120_000;

/**
 * Calls `attempt` every 100 ms until it returns something.
 *
 * @throws after 120 s, with `what` and the last error of `attempt` in the message: ava shows no cause
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
    if (Date.now() - begin > PATIENCE_MS) {
      const why = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`No ${what} after ${PATIENCE_MS / 1000} s${why}`, { cause: last });
    }
    await sleep(100);
  }
}

/** Asserts that what is read equals `expected`, once it does: after 120 s the assertion tells the difference. */
export async function untilEqual<T>(
  t: ExecutionContext,
  read: () => Promise<T> | T,
  expected: T,
  message?: string,
): Promise<void> {
  let last: { readonly value: T } | undefined;
  await until(message ?? 'equal value', async () => {
    last = { value: await read() };
    return isDeepStrictEqual(last.value, expected) || undefined;
  }).catch((error: unknown) => {
    if (last === undefined) throw error;
  });
  t.deepEqual(last?.value, expected, message);
}
