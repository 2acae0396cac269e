/** What the encoder and tidying ask of a family, whether its data points are copied or added up. */
import type { Sliced } from '../slicer';
import type { FamilySeries } from './series/family-series';

export interface AnyFamily {
  readonly series: FamilySeries;
  /** The order for the snapshot; `undefined` for all series in page order. */
  readonly order: Int32Array | undefined;
  /** The last generation that had this family. */
  lastSeen: number;
  /** How many series the snapshot has. */
  readonly present: number;
  /** Series or data points of the last collection that were left out for the series limit. */
  readonly leftOut: number;
  /** Whether the last pages may be joined: all series are present, in page order. */
  readonly isJoinable: boolean;
  /** Series that the snapshot does not have. They take the place of others where the series limit is reached. */
  absentIn(generation: number): number;
  /** The last `count` series stand one behind the other now, from that slot on. @param generation that is going to be written */
  joined(count: number, slot: number, taken: readonly JoinedPage[], generation: number): Sliced;
  /** The pages stand at other places of new columns. */
  pagesMoved(generation: number): Iterable<undefined>;
  /** The series stand on new pages, at other places of new columns. @param slots new slot by old slot, -1 for none */
  packed(series: FamilySeries, slots: Int32Array, generation: number): Sliced;
  /** The column being written, with all that this collection has changed in it, is given up. */
  takeBack(generation: number): Iterable<undefined>;
}

/** A page that was joined with others: its index, and how many series it had. */
export interface JoinedPage {
  readonly index: number;
  readonly size: number;
}
