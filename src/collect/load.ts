/** How much of the main thread's time collecting takes, and how often it may be done therefore. */

/** Other work of the process that falls into a collection is counted too: the least of so many is taken. */
const MEMORY = 5;
/** The first collections run code that is not compiled yet, amid all else that a process does at its start. */
const LEAST = 3;

export class CollectLoad {
  private readonly costs: number[] = [];

  constructor(
    private readonly intervalMs: number,
    /** The share of the main thread's time that collecting may take. */
    private readonly maxLoad: number,
  ) {}

  /** @param activeMs how long the event loop was busy during one collection */
  add(activeMs: number): void {
    this.costs.push(activeMs);
    if (this.costs.length > MEMORY) this.costs.shift();
  }

  /** Main-thread time of one collection, in milliseconds. */
  get costMs(): number {
    return this.costs.length === 0 ? 0 : Math.min(...this.costs);
  }

  /** Time between the starts of two collections, in milliseconds. */
  get currentIntervalMs(): number {
    if (this.costs.length < LEAST) return this.intervalMs;
    return Math.max(this.intervalMs, Math.ceil(this.costMs / this.maxLoad));
  }
}
