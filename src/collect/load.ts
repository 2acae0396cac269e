/** Measures how much main-thread time a collection takes, and derives how often metrics may be collected. */

/** The cost is the least of so many collections, since other work during a collection is measured with it. */
const REMEMBERED_COLLECTIONS = 5;
/** The first collections do not count: their code is not compiled yet, and the process is busy with its start. */
const MIN_COLLECTIONS = 3;

export class CollectLoad {
  private readonly costsMs: number[] = [];

  /**
   * @param intervalMs the configured interval
   * @param maxLoad the share of main-thread time that collecting may take, above 0 and up to 1
   */
  constructor(
    private readonly intervalMs: number,
    private readonly maxLoad: number,
  ) {}

  /** @param activeMs how long a collection has kept the event loop busy, and encoding it */
  add(activeMs: number): void {
    this.costsMs.push(activeMs);
    if (this.costsMs.length > REMEMBERED_COLLECTIONS) this.costsMs.shift();
  }

  /** Main-thread time of one collection, in milliseconds. */
  get costMs(): number {
    return this.costsMs.length === 0 ? 0 : Math.min(...this.costsMs);
  }

  /** Whether a collection may begin now, beside those of the interval. */
  allows(sinceLastMs: number): boolean {
    return sinceLastMs * this.maxLoad >= this.costMs;
  }

  /** Time between the starts of two collections, in milliseconds. */
  get currentIntervalMs(): number {
    if (this.costsMs.length < MIN_COLLECTIONS) return this.intervalMs;
    return Math.max(this.intervalMs, Math.ceil(this.costMs / this.maxLoad));
  }
}
