/**
 * Brings pages together and gives back what is not used any more, between two collections. It knows all families, and
 * nothing of data points.
 */
import type { Sliced } from '../../slicer';
import type { Columns } from '../columns/columns';
import type { Cycle } from '../cycle';
import type { AnyFamily } from '../any-family';
import { RETENTION_SNAPSHOTS } from '../series/family-series';
import type { PageSupply } from '../series/page-supply';
import { joinSmallPages } from './joining';
import { isSparse, packFamilies } from './packing';

/** Space in the columns that no family uses any more is tolerated up to this many numbers. */
const TOLERATED_NUMBERS = 64 * 1024;

/** Packing a family is worth it with so many dead series, which are this share of all: where there is room for new ones. */
const WORTH_PACKING = { series: 64, share: 1 / 2 };
/** The same where there is no room: one dead series is enough. */
const WORTH_ROOM = { series: 1, share: 0 };

/**
 * Where dead series are too few for all that is left out, the work is only worth it if they are this share of the limit: in
 * a process that stays above the limit, each collection has some.
 */
const WORTH_SHARE_OF_LIMIT = 1 / 16;

interface Tidied {
  readonly families: Map<string, AnyFamily>;
  readonly columns: Columns;
  readonly supply: PageSupply;
  readonly cycle: Cycle;
  readonly maxSeries: number;
}

export class Tidying {
  constructor(private readonly tidied: Tidied) {}

  /** @param generation of the snapshot that is going to be written */
  *tidy(generation: number): Sliced {
    yield* joinSmallPages(this.tidied.families.values(), this.tidied.columns, generation);
    this.dropFamilies(generation);
    yield* this.pack(generation);
    yield* this.tidyTexts();
  }

  /**
   * For a collection that was encoded and left series out because of the limit: drops absent series, however short their
   * absence, if enough of them can be dropped. If so, the collection has to be encoded again.
   * @param generation of the snapshot that is being written
   * @returns whether there is room now
   */
  *makeRoom(leftOut: number, generation: number): Sliced<boolean> {
    const { families, columns, supply, cycle, maxSeries } = this.tidied;
    let absent = 0;
    for (const family of families.values()) absent += family.absentIn(generation);
    if (absent < Math.min(leftOut, maxSeries * WORTH_SHARE_OF_LIMIT)) return false;
    let numbers = 0;
    for (const [key, family] of families) {
      if (family.lastSeen < generation) families.delete(key);
      else {
        numbers += family.series.numbers;
        family.lastSeen = generation - 1;
        yield* family.takeBack(generation);
      }
    }
    columns.discard();
    const packing = { generation, columns, supply, text: cycle.text, retention: 0, worth: WORTH_ROOM };
    yield* packFamilies(families.values(), numbers, packing);
    return true;
  }

  /** Lets go of families that have been gone for long. */
  private dropFamilies(generation: number): void {
    const { families } = this.tidied;
    for (const [key, { lastSeen }] of families) if (generation - lastSeen > RETENTION_SNAPSHOTS) families.delete(key);
  }

  /** Packs the families anew, if too much of the columns is unused, or too many series on the pages of one family are dead. */
  private *pack(generation: number): Sliced {
    const { families, columns, supply, cycle } = this.tidied;
    let numbers = 0;
    for (const { series } of families.values()) numbers += series.numbers;
    const packing = {
      generation,
      columns,
      supply,
      text: cycle.text,
      retention: RETENTION_SNAPSHOTS,
      worth: WORTH_PACKING,
    };
    let sparse = false;
    for (const { series } of families.values()) {
      sparse = yield* isSparse(series, packing);
      if (sparse) break;
    }
    const { used } = columns.space;
    const waste = used - numbers;
    const isWasteful = waste > TOLERATED_NUMBERS && waste * 2 > used;
    if (columns.current !== undefined && (sparse || isWasteful)) {
      yield* packFamilies(families.values(), numbers, packing);
    }
  }

  /** Brings the texts together where most of the memory that they stand in is dead. */
  private *tidyTexts(): Sliced {
    const { families, supply } = this.tidied;
    const { memory } = supply;
    let textBytes = 0;
    for (const { series } of families.values()) textBytes += series.textBytes;
    if (!memory.isWasteful(textBytes)) return;
    const pages = Array.from(families.values(), ({ series }) => series.pages).flat();
    const isGivenUp = memory.giveUp(pages.map(({ page }) => page.attributes));
    for (const { series } of families.values()) {
      for (const [index, { page }] of series.pages.entries()) {
        yield;
        if (isGivenUp(page.attributes)) series.moveText(index, memory.write(page.attributes));
      }
    }
  }
}
