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
  /** Notes that the last `count` series stand one behind the other now, from that slot on. @param generation to be written next */
  joined(count: number, slot: number, taken: readonly JoinedPage[], generation: number): Sliced;
  /** Notes that the pages stand at other places, in new columns. */
  pagesMoved(generation: number): Iterable<undefined>;
  /** Notes that the series stand on new pages, at other places, in new columns. @param slots new slot by old slot, -1 for none */
  packed(series: FamilySeries, slots: Int32Array, generation: number): Sliced;
  /** Gives up all that this collection has changed: the column being written will not be published. */
  takeBack(generation: number): Iterable<undefined>;
}

/** A page that was joined with others: its index, and how many series it had. */
export interface JoinedPage {
  readonly index: number;
  readonly size: number;
}
