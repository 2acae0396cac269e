/**
 * What the families share while one snapshot is being written.
 *
 * There is one object for all snapshots: if there were one for each, none would be alive between two of them, a major
 * garbage collection at that time would take its hidden class away, and with it all code that was optimized for it.
 */
import { START } from '../../snapshot';
import { NO_COLUMN, type Columns } from './columns';
import type { PageSpace } from '../series/dictionary';
import type { OpenPage } from '../series/pages';
import type { SeriesTexts } from '../series/series-texts';
import type { Slicer } from '../../slicer';
import type { TextMemory } from '../tidying/text-memory';

/** Numbers that are cleared in one go at the most. */
const MOST_TO_CLEAR = 64 * 1024;

export class Run implements PageSpace {
  generation = 0;
  /** The column being written. Another one as soon as it has become too small. */
  column = NO_COLUMN;
  /** Series that the limit still lets in. */
  room = 0;
  readonly spares: OpenPage[] = [];
  private space: ValueSpace = { used: 0, nextPageId: 0 };

  constructor(
    readonly slicer: Slicer,
    /** The text of the series being looked at. */
    readonly text: SeriesTexts,
    private readonly columns: Columns,
    private readonly textMemory: TextMemory,
  ) {}

  begin(generation: number, room: number, space: ValueSpace, expectedNumbers: number): void {
    this.generation = generation;
    this.room = room;
    this.space = space;
    this.column = this.columns.begin(space.used + expectedNumbers);
  }

  nextPageId(): number {
    return this.space.nextPageId++;
  }

  place(numbers: number): number {
    const base = this.space.used;
    this.space.used += numbers;
    if (this.space.used > this.column.values.length) {
      this.column = this.columns.enlarge(this.column, this.space.used);
    }
    return base;
  }

  giveBack(end: number, numbers: number): void {
    if (end === this.space.used) this.space.used -= numbers;
  }

  writeText(text: Uint8Array): Uint8Array {
    return this.textMemory.write(text);
  }

  /**
   * Marks a series as not having been there one snapshot ago. Tasks may be reading the current column at this
   * time, but not here: their snapshot does not have this series.
   */
  hasNoPrevious(offset: number): void {
    const { current } = this.columns;
    if (current !== undefined && offset < current.used) current.values[offset + START] = Number.NaN;
  }

  /**
   * The numbers of the last snapshot, which the one being written calls its previous ones, for numbers to be written at
   * places that it did not have.
   * @param end behind these places
   * @returns `undefined` where there are none, or no room, or so much has come before them that clearing it takes long
   */
  previousWithRoom(end: number): Float64Array | undefined {
    const { current } = this.columns;
    if (current === undefined || end > current.values.length || end - current.used > MOST_TO_CLEAR) return undefined;
    if (end > current.used) {
      current.values.fill(Number.NaN, current.used, end);
      current.used = end;
    }
    return current.values;
  }
}

/** How far the columns are taken. Space is only ever added, until all of it is packed anew. */
export interface ValueSpace {
  used: number;
  nextPageId: number;
}
