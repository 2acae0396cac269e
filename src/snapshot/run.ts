/** What the families share while one snapshot is being written. */
import { START } from '../../protocol/snapshot';
import type { Column, Columns } from './columns';
import type { PageSpace } from './dictionary';
import type { SeriesText } from './series-text';
import type { Slicer } from './slicer';
import type { TextMemory } from './text-memory';

export class Run implements PageSpace {
  /** The column being written. Another one as soon as it has become too small. */
  column: Column;

  constructor(
    readonly generation: number,
    readonly slicer: Slicer,
    /** The text of the series being looked at. */
    readonly text: SeriesText,
    /** Series that the limit still lets in. */
    public room: number,
    private readonly columns: Columns,
    private readonly space: ValueSpace,
    private readonly texts: TextMemory,
    expectedNumbers: number,
  ) {
    this.column = columns.begin(space.used + expectedNumbers);
  }

  /** The numbers of the last snapshot, which the one being written calls its previous ones. */
  get previous(): Float64Array | undefined {
    return this.columns.current?.values;
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
    return this.texts.write(text);
  }

  /**
   * Marks a series as not having been there one snapshot ago. Tasks may be reading the current column at this
   * time, but not here: their snapshot does not have this series.
   */
  hasNoPrevious(offset: number): void {
    const values = this.previous;
    if (values !== undefined && offset < values.length) values[offset + START] = Number.NaN;
  }
}

/** How far the columns are taken. Space is only ever added, until all of it is packed anew. */
export interface ValueSpace {
  used: number;
  nextPageId: number;
}
