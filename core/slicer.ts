/** Cuts long work on the main thread into slices, so that the event loop turns in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export class Slicer {
  private deadline = 0;

  /** @param budgetMs what one slice may hold the event loop */
  constructor(private readonly budgetMs = 1) {}

  /** Whether this slice has used its budget. To be asked every few hundred microseconds of work. */
  get due(): boolean {
    return performance.now() >= this.deadline;
  }

  /** Lets the event loop turn, and begins a new slice. */
  async rest(): Promise<void> {
    await nextTurn();
    this.deadline = performance.now() + this.budgetMs;
  }
}
