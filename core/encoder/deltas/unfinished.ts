/**
 * The collections that are not in a snapshot yet. A delta is collected once only, so the rule is:
 *
 * - A snapshot has a collection as a whole, or nothing of it. What a collection has changed counts when its column is
 *   published; until then all of it is in the column being written, which is given up with everything else if encoding fails,
 *   for lack of memory, say. Families with deltas then become again what the last snapshot has of them.
 * - The deltas of a collection that has failed are kept, and are added before those of the next one.
 * - After {@link MOST_TRIES} tries they are given up, so that one collection does not end all snapshots. `Encoded` says so.
 */
import type { ReadCollection } from '../reading/collection';

const MOST_TRIES = 3;

export interface Unfinished {
  readonly read: ReadCollection;
  readonly time: number;
  readonly intervalMs: number;
  readonly collectMs: number;
  readonly isInterim: boolean;
  tries: number;
}

export class UnfinishedCollections {
  private readonly queue: Unfinished[] = [];
  /** Collections that were given up since {@link takeGivenUp} was called. */
  private givenUp = 0;

  add({ read, time, intervalMs, collectMs, isInterim }: Omit<Unfinished, 'tries'>): void {
    this.queue.push({ read, time, intervalMs, collectMs, isInterim, tries: 0 });
  }

  get first(): Unfinished | undefined {
    return this.queue[0];
  }

  /** Removes the first one, which is in a snapshot. */
  finishFirst(): void {
    this.queue.shift();
  }

  /** Notes that encoding the first one has failed. */
  noteFailure(): void {
    const { first } = this;
    if (first === undefined) return;
    first.tries++;
    const kept = this.queue
      .map((one) => ({ ...one, read: onlyDeltas(one.read) }))
      .filter(({ read }) => read.scopes.length > 0);
    if (kept[0] !== undefined && kept[0].tries >= MOST_TRIES) {
      kept.shift();
      this.givenUp++;
    }
    this.queue.splice(0, this.queue.length, ...kept);
  }

  /** @returns how many collections were given up */
  takeGivenUp(): number {
    const { givenUp } = this;
    this.givenUp = 0;
    return givenUp;
  }
}

/** Cumulative metrics come again with the next collection. */
function onlyDeltas(read: ReadCollection): ReadCollection {
  const scopes = read.scopes
    .map((scope) => ({ ...scope, metrics: scope.metrics.filter(({ isDelta }) => isDelta) }))
    .filter(({ metrics }) => metrics.length > 0);
  return { ...read, scopes };
}
