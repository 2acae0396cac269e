/**
 * Asks a process whose exporter says that it has started: so it gets its token, and requests that were lost before it listened
 * are sent again. Any process can send that message, so that each is asked at most once at a time.
 */

/** How long the answer may take. */
const WELCOME_MS = 5000;
/** At a time; there may be any number of messages. Others are asked with the next scrape. */
const MAX_WELCOMED = 1000;

export class Welcomes {
  /** pm_ids of the processes that are asked. */
  private readonly asked = new Set<number>();

  constructor(private readonly ask: (timeoutMs: number, pmId: number) => Promise<unknown>) {}

  hear(pmId: number): void {
    if (this.asked.has(pmId) || this.asked.size >= MAX_WELCOMED) return;
    this.asked.add(pmId);
    void this.ask(WELCOME_MS, pmId)
      .catch(() => undefined)
      .then(() => this.asked.delete(pmId));
  }
}
