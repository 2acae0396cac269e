/**
 * Cuts long work on the main thread into slices, so that the event loop turns in between.
 *
 * Work is a generator that yields wherever the event loop may turn; {@link Slicer.run} is the one place that looks at the
 * clock. A look costs less than a tenth of a microsecond, so that there may be one for every few microseconds of work.
 */

/** Work in steps, each of them short: `yield` ends a step, and `yield*` does another piece of work in steps of its own. */
export type Sliced<T = void> = Generator<undefined, T, undefined>;

/** Work that a slicer does in slices, and that can be finished at once from elsewhere meanwhile. */
export class Job<T> {
  private outcome: { readonly value: T } | { readonly error: unknown } | undefined;

  constructor(private readonly work: Sliced<T>) {}

  /** Does one step. @returns whether the work has ended */
  step(): boolean {
    if (this.outcome === undefined) {
      try {
        const step = this.work.next();
        if (step.done === true) this.outcome = { value: step.value };
      } catch (error) {
        this.outcome = { error };
      }
    }
    return this.outcome !== undefined;
  }

  /** Does all steps that are left, in one go. */
  finish(): void {
    while (!this.step());
  }

  /** @returns what the work has returned @throws what it has thrown */
  result(): T {
    const { outcome } = this;
    if (outcome === undefined) throw new Error('the work has not ended');
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
}

export class Slicer {
  private deadline = 0;
  private used = 0;

  /** @param budgetMs how long one slice may hold the event loop */
  constructor(private readonly budgetMs = 1) {}

  /** Does the work, and lets the event loop turn whenever a slice has used its budget. */
  run<T>(work: Sliced<T>): Promise<T> {
    return this.runJob(new Job(work));
  }

  /** The same, for work that may be finished from elsewhere meanwhile. */
  async runJob<T>(job: Job<T>): Promise<T> {
    let begun = performance.now();
    while (!job.step()) {
      const now = performance.now();
      if (now < this.deadline) continue;
      this.used += now - begun;
      await this.rest();
      begun = performance.now();
    }
    this.used += performance.now() - begun;
    return job.result();
  }

  /** Lets the event loop turn, and begins a new slice. */
  async rest(): Promise<void> {
    await nextTurn();
    this.deadline = performance.now() + this.budgetMs;
  }

  /** What all slices have taken so far, in milliseconds. Other work of the event loop is not in it. */
  get usedMs(): number {
    return this.used;
  }

  /** Lets the event loop turn if the slice has used more than half of its budget. */
  async restIfUsed(): Promise<void> {
    if (performance.now() > this.deadline - this.budgetMs / 2) await this.rest();
  }
}

/** Does less than the function of `node:timers/promises`, which shows where a turn does little else. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
