/**
 * Which of a family's series one collection has shown already, while its positions are being rebuilt. There is one
 * object for all collections, for the reason that {@link Run} has.
 */
import { ORDER_SHIFT } from '../../protocol/snapshot';
import { Absences } from './absences';
import type { Dictionary } from './dictionary';
import { Positions } from './positions';

const NO_POSITIONS = new Positions(0, false);
const NO_ABSENCES = new Absences();
const NONE = new Uint8Array(0);

export class Claim {
  /** As they were before. */
  old = NO_POSITIONS;
  /** All series of the last collection stand where they stood: there are only more behind them. */
  onlyMore = false;
  /** Where in the old order the next series is expected. */
  cursor = 0;
  /** Whether the index has room for whatever may come. */
  reserved = false;
  /** How many pages there were before: a series on a later one is of this very collection. */
  private known = 0;
  /**
   * By slot, of the pages there were before: 1 for a series that this collection has shown. Those that stand where
   * they stood are not marked where there are only more: then it is all that are not absent. Empty where that is all.
   */
  claimed = NONE;
  private absent = NO_ABSENCES;

  /** @param from the first position that is not what it was */
  begin(old: Positions, { pages, absent }: Dictionary, from: number): void {
    this.old = old;
    this.onlyMore = from === old.length;
    this.cursor = from;
    this.reserved = false;
    this.known = pages.length;
    this.claimed = this.onlyMore && absent.count === 0 ? NONE : new Uint8Array(pages.length << ORDER_SHIFT);
    this.absent = absent;
  }

  has(slot: number): boolean {
    if (slot >> ORDER_SHIFT >= this.known || this.claimed[slot] === 1) return true;
    return this.onlyMore && !this.absent.has(slot);
  }

  /** Lets go of what it has been told. */
  end(): void {
    this.old = NO_POSITIONS;
    this.claimed = NONE;
  }
}
