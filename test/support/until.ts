/** Waits for what other processes do in their own time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a busy machine: reaching it means failure, and nothing is measured by it. */
const PATIENCE_MS = 60_000;

/**
 * Tries until there is an answer.
 *
 * @throws once patience is at its end, naming what was awaited and what went wrong last
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
    if (Date.now() - begin > PATIENCE_MS) throw new Error(`Waited in vain for ${what}`, { cause: last });
    await sleep(100);
  }
}
