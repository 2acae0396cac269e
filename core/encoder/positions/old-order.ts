/**
 * The order in which a family's series stood in the last collection, walked along while the next one is read. There is one
 * object per family for all collections, for the reason that `Cycle` gives.
 */
import { Positions } from './positions';

const NO_POSITIONS = new Positions(0, false);

export class OldOrder {
  positions = NO_POSITIONS;
  private end = 0;
  /** Where the next series is expected. */
  private cursor = 0;

  /** @param cursor the first position whose series is not where it was */
  begin(positions: Positions, cursor: number): void {
    this.positions = positions;
    this.end = positions.length;
    this.cursor = cursor;
  }

  /** Goes on behind the series of that attributes object, if it is next or shortly behind. @returns its position, or -1 */
  advanceTo(attributes: unknown): number {
    const position = this.positions.find(this.cursor, this.end, attributes);
    if (position >= 0) this.cursor = position + 1;
    return position;
  }

  /** Lets go of the positions. */
  finish(): void {
    this.positions = NO_POSITIONS;
  }
}
