/** The last hour of one number, in steps of five seconds. */

export const STEP_MS = 5000;
export const STEPS = 720;

export class Hour {
  readonly #values = new Float64Array(STEPS).fill(Number.NaN);
  readonly #shows: 'mean' | 'max';
  /** Number of the newest step since the epoch; -1: there is none. */
  #newest = -1;
  /** Of the newest step. */
  #sum = 0;
  #count = 0;

  /** @param shows what a step shows of the numbers in it: peaks of latency must not drown in a mean */
  constructor(shows: 'mean' | 'max') {
    this.#shows = shows;
  }

  /** Times ascend. `NaN` is unknown; where nothing is added, the number has not changed. */
  add(time: number, value: number): void {
    const step = Math.floor(time / STEP_MS);
    if (step < this.#newest) return;
    if (step > this.#newest) this.#begin(step);
    if (Number.isNaN(value)) return;
    const at = step % STEPS;
    this.#sum += value;
    this.#count++;
    const highest = this.#values[at]!;
    this.#values[at] =
      this.#shows === 'mean' ? this.#sum / this.#count : Number.isNaN(highest) ? value : Math.max(highest, value);
  }

  #begin(step: number): void {
    if (this.#newest >= 0) {
      const last = this.#values[this.#newest % STEPS]!;
      const from = Math.max(this.#newest + 1, step - STEPS);
      for (let missed = from; missed < step; missed++) this.#values[missed % STEPS] = last;
    }
    this.#newest = step;
    this.#values[step % STEPS] = Number.NaN;
    this.#sum = 0;
    this.#count = 0;
  }

  /** Writes the hour until `now` into an array of {@link STEPS} numbers, the oldest first. */
  read(now: number, into: Float64Array): void {
    const last = Math.floor(now / STEP_MS);
    const newestValue = this.#newest < 0 ? Number.NaN : this.#values[this.#newest % STEPS]!;
    for (let index = 0; index < STEPS; index++) {
      const step = last - STEPS + 1 + index;
      if (step > this.#newest) into[index] = newestValue;
      else if (step <= this.#newest - STEPS) into[index] = Number.NaN;
      else into[index] = this.#values[((step % STEPS) + STEPS) % STEPS]!;
    }
  }
}
