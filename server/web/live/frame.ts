/** One animation frame for all that a second of news changes: components first, then what they draw on. */

const waiting = new Set<() => void>();

/** Runs a job in the next frame, once, however often it is asked for until then. A hidden page has no frames. */
export function inFrame(job: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(run);
  waiting.add(job);
}

function run(): void {
  const jobs = [...waiting];
  waiting.clear();
  for (const job of jobs) {
    try {
      job();
    } catch (error) {
      // The browser's console shows it, as if it were thrown, and the other jobs still run.
      reportError(error);
    }
  }
}
