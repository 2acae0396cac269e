/** Brings pages together and gives back what is not used any more, between two collections. */
import type { Columns } from '../columns/columns';
import { RETENTION, type PageSpace } from '../series/dictionary';
import type { FamilyEncoder } from '../family-encoder';
import type { Joining } from './joining';
import type { Packing } from './packing';
import type { Run, ValueSpace } from '../columns/run';
import type { TextMemory } from './text-memory';

/** Space in the columns that no family uses any more is tolerated up to this many numbers. */
const TOLERATED_WASTE = 64 * 1024;

export interface Tidied {
  readonly families: Map<string, FamilyEncoder>;
  readonly columns: Columns;
  readonly textMemory: TextMemory;
  readonly run: Run;
  readonly maxSeries: number;
}

export class Tidying {
  constructor(private readonly tidied: Tidied) {}

  /**
   * Joins small pages, lets go of families that have been gone for long, and packs the others anew where too much of the
   * columns or of their pages is of no use.
   * @returns the space that is taken now
   */
  async tidySeries(space: ValueSpace, generation: number): Promise<ValueSpace> {
    const { families, columns, run, maxSeries } = this.tidied;
    await this.joinPages(space, generation);
    let numbers = 0;
    let places = 0;
    for (const [key, { lastSeen, dictionary }] of families) {
      if (generation - lastSeen > RETENTION) {
        families.delete(key);
        continue;
      }
      numbers += dictionary.numbers;
      places += dictionary.size;
    }
    const waste = space.used - numbers;
    const pressed = places >= maxSeries;
    const sparse = await this.isAnySparse(generation, pressed);
    const from = columns.current?.values;
    if (from === undefined || (!sparse && (waste <= TOLERATED_WASTE || waste * 2 <= space.used))) return space;
    const packed = { used: 0, nextPageId: space.nextPageId };
    const column = columns.prepare(numbers);
    const packing: Packing = {
      ...this.pagesIn(packed),
      generation,
      slicer: run.slicer,
      text: run.text,
      pressed,
      from,
      to: column.values,
    };
    for (const family of families.values()) await family.repack(packing);
    columns.replaceAll(column, packed.used);
    return packed;
  }

  /** As far as there is room behind the numbers of the last snapshot; where there is none, there will be next time. */
  private async joinPages(space: ValueSpace, generation: number): Promise<void> {
    const { families, columns, run } = this.tidied;
    const { current } = columns;
    // They differ where a collection has failed.
    if (current?.used !== space.used) return;
    const { values } = current;
    let missing = 0;
    const joining: Joining = {
      ...this.pagesIn(space),
      generation,
      slicer: run.slicer,
      values,
      hasRoom(numbers) {
        const has = space.used + numbers <= values.length;
        if (!has) missing += numbers;
        return has;
      },
    };
    for (const family of families.values()) await family.join(joining);
    current.used = space.used;
    if (missing > 0) columns.reserve(space.used + missing);
  }

  private pagesIn(space: ValueSpace): PageSpace {
    const { run } = this.tidied;
    return {
      place: (count) => (space.used += count) - count,
      giveBack: (end, count) => void (space.used -= end === space.used ? count : 0),
      spares: run.spares,
      nextPageId: () => space.nextPageId++,
      writeText: (text) => run.writeText(text),
    };
  }

  private async isAnySparse(generation: number, pressed: boolean): Promise<boolean> {
    const { families, run } = this.tidied;
    for (const { dictionary } of families.values()) {
      if (await dictionary.isSparse(generation, pressed, run.slicer)) return true;
    }
    return false;
  }

  /** Brings the texts together where most of what they stand among is dead. */
  async tidyTexts(): Promise<void> {
    const { families, textMemory, run } = this.tidied;
    const dictionaries = Array.from(families.values(), ({ dictionary }) => dictionary);
    if (!textMemory.isWasteful(dictionaries.reduce((sum, { textBytes }) => sum + textBytes, 0))) return;
    const pages = dictionaries.flatMap((dictionary) => dictionary.pages);
    const isGivenUp = textMemory.giveUp(pages.map(({ page }) => page.attributes));
    for (const dictionary of dictionaries) {
      for (const [index, { page }] of dictionary.pages.entries()) {
        if (run.slicer.due) await run.slicer.rest();
        if (isGivenUp(page.attributes)) dictionary.moveText(index, textMemory.write(page.attributes));
      }
    }
  }
}
