/**
 * Decides at which collections the keys of a metric's hash map are listed. That is how new series are found, and nothing
 * tells that there are some: listing 100,000 keys takes as long as reading their values ten times.
 *
 * So it is done in a share of the collections that falls with the number of series. Few series are listed each time.
 */

/** Of all metrics together: so many may be listed in each collection. */
const KEYS_PER_COLLECTION = 3500;
/** A new series appears after so many collections at the latest. */
const MAX_WAIT = 30;
/** Where a listing has found something, there is likely to be more soon. */
const SHARE_WHILE_FOUND = 4;

/** @param series of all hash maps together @returns in how many collections all of them are listed once */
export function boundOf(series: number): number {
  return Math.min(MAX_WAIT, Math.max(1, Math.ceil(series / KEYS_PER_COLLECTION)));
}

export class Listing {
  private wait = 1;
  private since = 0;

  /** Call it once per collection. @returns whether the keys are to be listed in it */
  beginCollection(bound: number): boolean {
    this.since++;
    return this.since >= Math.min(this.wait, bound);
  }

  /** @param found whether a series has come or gone */
  note(found: boolean, bound: number): void {
    this.since = 0;
    this.wait = found ? Math.max(1, Math.floor(bound / SHARE_WHILE_FOUND)) : Math.min(bound, 2 * this.wait);
  }
}
