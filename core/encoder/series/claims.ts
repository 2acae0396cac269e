/**
 * Which of a family's series one collection has shown already. OpenTelemetry forbids two data points of the same
 * attributes; if a collection has them anyway, each gets a series of its own.
 *
 * There is one object per family for all collections, for the reason that `Cycle` gives.
 */
import { ORDER_SHIFT, type PlacedPage } from '../../snapshot';
import type { Absences } from './absences';

/** The series of a family as they are before a collection. */
interface Before {
  readonly pages: readonly PlacedPage[];
  readonly absent: Absences;
}

const NONE = new Uint8Array(0);

export class Claims {
  /** How many pages there were before: a series on a later one is of this very collection. */
  private oldPages = 0;
  /** By slot, of the pages that there were before: 1 for a series that this collection has shown. */
  private claimed = NONE;
  /** Set where all series of the last collection stand where they stood: all that it does not name are claimed. */
  private unclaimed: Absences | undefined = undefined;

  /** @param allStand whether all series of the last collection stand where they stood, which claims them all */
  begin({ pages, absent }: Before, allStand: boolean): void {
    this.oldPages = pages.length;
    this.claimed = new Uint8Array(pages.length << ORDER_SHIFT);
    this.unclaimed = allStand ? absent : undefined;
  }

  add(slot: number): void {
    this.claimed[slot] = 1;
  }

  has(slot: number): boolean {
    if (slot >> ORDER_SHIFT >= this.oldPages || this.claimed[slot] === 1) return true;
    return this.unclaimed !== undefined && !this.unclaimed.has(slot);
  }

  /** Lets go of the memory. */
  end(): void {
    this.claimed = NONE;
    this.unclaimed = undefined;
  }
}
