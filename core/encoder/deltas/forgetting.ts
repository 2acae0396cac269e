/**
 * Forgets series with deltas that have not changed for long, such as those of labels that are used only once. It looks at
 * the series only now and then.
 */
import type { Sliced } from '../../slicer';
import type { Cycle } from '../cycle';
import type { DeltaFamily } from './delta-family';

/** How many times the series are looked at in the time after which one is forgotten. */
const LOOKS = 4;

/**
 * The system's clock may be set, or a process may have slept: one step of it counts for no more than this share, so that no
 * series is forgotten without a chance to change.
 */
const LONGEST_STEP = 1 / 2;

export class Forgetting {
  private lastTime: number | undefined;
  private nextLook: number;
  /** Series that were forgotten since {@link takeForgotten} was called last. */
  private forgotten = 0;

  /** @param afterMs Infinity for never */
  constructor(private readonly afterMs: number) {
    this.nextLook = afterMs;
  }

  /** Brings the encoder's own time up to that of a collection. @param time epoch milliseconds */
  noteTime(time: number, cycle: Cycle): void {
    const passed = Math.min(Math.max(0, time - (this.lastTime ?? time)), this.afterMs * LONGEST_STEP);
    this.lastTime = time;
    // A time may be NaN or infinite: then nothing counts as passed.
    if (passed > 0 && passed < Infinity) cycle.now += passed;
  }

  /** @param families that have begun the cycle, with the deltas of the collection added */
  *forget(families: Iterable<DeltaFamily>, cycle: Cycle): Sliced {
    if (!(cycle.now >= this.nextLook)) return;
    this.nextLook = cycle.now + this.afterMs / LOOKS;
    for (const family of families) this.forgotten += yield* family.forget(cycle.now - this.afterMs, cycle);
  }

  /** @returns how many series were forgotten since the last call */
  takeForgotten(): number {
    const { forgotten } = this;
    this.forgotten = 0;
    return forgotten;
  }
}
