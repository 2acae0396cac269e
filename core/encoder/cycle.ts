/**
 * What the families share while one snapshot is being written.
 *
 * There is one object for all snapshots. If there were one for each, none would be alive between two of them: a major
 * garbage collection at that time would take its hidden class away, and with it all code that was optimized for it.
 */
import type { Columns } from './columns/columns';
import { SeriesTexts } from './series/series-texts';

export class Cycle {
  /** Of the snapshot that is being written. */
  generation = 0;
  /** Counts the columns that were begun: a collection that is encoded again has another one. */
  pass = 0;
  /** How many new series the limit still lets in. */
  room = 0;
  /** Milliseconds of the encoder's own time, see `deltas/forgetting.ts`. */
  now = 0;
  /** The text of the series that is looked up or packed. */
  readonly text = new SeriesTexts();

  constructor(readonly columns: Columns) {}

  begin(generation: number, room: number): void {
    this.generation = generation;
    this.room = room;
    this.pass++;
  }
}
