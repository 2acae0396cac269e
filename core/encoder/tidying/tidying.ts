/**
 * Brings pages together and gives back what is not used any more, between two collections. It knows all families, and
 * nothing of data points.
 */
import type { Sliced } from '../../slicer';
import type { Columns } from '../columns/columns';
import type { Cycle } from '../cycle';
import type { FamilyEncoder } from '../family-encoder';
import { RETENTION_SNAPSHOTS } from '../series/family-series';
import type { PageSupply } from '../series/page-supply';
import { joinSmallPages } from './joining';
import { isSparse, packFamilies } from './packing';

/** Space in the columns that no family uses any more is tolerated up to this many numbers. */
const TOLERATED_NUMBERS = 64 * 1024;

interface Tidied {
  readonly families: Map<string, FamilyEncoder>;
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

  /** Lets go of families that have been gone for long. */
  private dropFamilies(generation: number): void {
    const { families } = this.tidied;
    for (const [key, { lastSeen }] of families) if (generation - lastSeen > RETENTION_SNAPSHOTS) families.delete(key);
  }

  /** Packs the families anew, where too much of the columns or of the pages of one of them is of no use. */
  private *pack(generation: number): Sliced {
    const { families, columns, supply, cycle, maxSeries } = this.tidied;
    let numbers = 0;
    let size = 0;
    for (const { series } of families.values()) {
      numbers += series.numbers;
      size += series.size;
    }
    const packing = { generation, columns, supply, text: cycle.text, pressed: size >= maxSeries };
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
    const all = Array.from(families.values(), ({ series }) => series);
    if (!memory.isWasteful(all.reduce((sum, { textBytes }) => sum + textBytes, 0))) return;
    const pages = all.flatMap((series) => series.pages);
    const isGivenUp = memory.giveUp(pages.map(({ page }) => page.attributes));
    for (const series of all) {
      for (const [index, { page }] of series.pages.entries()) {
        yield;
        if (isGivenUp(page.attributes)) series.moveText(index, memory.write(page.attributes));
      }
    }
  }
}
