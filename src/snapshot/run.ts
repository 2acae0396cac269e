/** What the families share while one snapshot is being written. */
import { START } from '../../protocol/snapshot';
import type { Column, Columns } from './columns';
import type { Slicer } from './slicer';

export class Run {
  /** The column being written. Another one as soon as it has become too small. */
  column: Column;

  constructor(
    readonly generation: number,
    readonly slicer: Slicer,
    /** Series that the limit still lets in. */
    public room: number,
    private readonly columns: Columns,
    private readonly space: ValueSpace,
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

  /** Takes room for that many numbers in all columns. @returns the index of the first */
  place(numbers: number): number {
    const base = this.space.used;
    this.space.used += numbers;
    if (this.space.used > this.column.values.length) {
      this.column = this.columns.enlarge(this.column, this.space.used);
    }
    return base;
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
