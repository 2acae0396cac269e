/**
 * Cuts long work on the main thread into slices, so that the event loop turns in between.
 *
 * Work is a generator that yields wherever the event loop may turn; {@link Slicer.run} is the one place that looks at the
 * clock. A look costs less than a tenth of a microsecond, so that there may be one for every few microseconds of work.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work in steps, each of them short. It goes on where it is with `yield`; a part of it is done with `yield*`. */
export type Sliced<T = void> = Generator<undefined, T, undefined>;

/** Does work to its end without letting the event loop turn. */
export function runNow<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

export class Slicer {
  private deadline = 0;

  /** @param budgetMs how long one slice may hold the event loop */
  constructor(private readonly budgetMs = 1) {}

  /** Does the work, and lets the event loop turn whenever a slice has used its budget. */
  async run<T>(work: Sliced<T>): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      if (performance.now() >= this.deadline) await this.rest();
    }
  }

  /** Lets the event loop turn, and begins a new slice. */
  async rest(): Promise<void> {
    await nextTurn();
    this.deadline = performance.now() + this.budgetMs;
  }
}
