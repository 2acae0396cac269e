/** When threads may be started: after a failure only when a pause is over, which doubles with each further failure. */
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 300_000;

export class Attempts {
  private trouble: string | undefined;
  private pauseMs = 0;
  private notBefore = 0;

  /** @param onChange hears of each failure, and `undefined` when a thread has started after one. What it throws is ignored */
  constructor(private readonly onChange: (trouble: string | undefined) => void) {}

  get areAllowed(): boolean {
    return performance.now() >= this.notBefore;
  }

  /** Why the last thread could not be started; `undefined` if it could. */
  get lastTrouble(): string | undefined {
    return this.trouble;
  }

  succeeded(): void {
    if (this.trouble === undefined) return;
    this.trouble = undefined;
    this.pauseMs = 0;
    this.notBefore = 0;
    this.tell(undefined);
  }

  failed(reason: string): void {
    this.pauseMs = this.pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(2 * this.pauseMs, MAX_PAUSE_MS);
    this.notBefore = performance.now() + this.pauseMs;
    this.trouble = `a worker thread could not be started: ${reason}`;
    this.tell(`${this.trouble}. The next attempt is made in ${this.pauseMs / 1000} s at the earliest`);
  }

  private tell(trouble: string | undefined): void {
    try {
      this.onChange(trouble);
    } catch {
      // It is called from event handlers, where an exception would end the process.
    }
  }
}
