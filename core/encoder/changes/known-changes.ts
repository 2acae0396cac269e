/**
 * The pass over a cumulative family whose source knows what has changed: the numbers of all other series are carried over, and
 * their data points are not looked at.
 */
import type { Changes, DataPoint } from '../../otel';
import type { Sliced } from '../../slicer';
import { strideOf } from '../../snapshot';
import { fits, writeScalar } from '../columns/layouts';
import type { Cycle } from '../cycle';
import { BLOCK_MASK, LEFT_OUT } from '../positions/position-block';
import type { Positions } from '../positions/positions';
import { writePoint } from '../positions/write-point';
import type { FamilySeries } from '../series/family-series';
import { carryOver } from './carry-over';
import { ChangeLog } from './change-log';

/** Data points that are written in one step. */
const STEP_POINTS = 64;
/** Where a larger share has changed, looking at all data points in their order takes less. */
const MOST_CHANGED = 1 / 8;

/** Series, each at its position in the current snapshot. */
interface Standing {
  readonly positions: Positions;
  readonly series: FamilySeries;
}

export class KnownChanges {
  private readonly log = new ChangeLog(0);
  /** Stands for what the family was last encoded from. */
  private collection: object | undefined;
  /** Whether a start time has changed in the pass. */
  private hasOtherStarts = false;

  /** Whether those are few, and since what the current column has. @param lastSeen the last generation that had the family */
  areUsable({ since, indexes }: Changes, count: number, lastSeen: number, { generation, columns }: Cycle): boolean {
    if (since === undefined || since !== this.collection) return false;
    const isCurrent = lastSeen === generation - 1 && lastSeen === columns.current?.generation;
    return isCurrent && indexes.length <= count * MOST_CHANGED;
  }

  /**
   * Writes the numbers of all series.
   * @returns whether it has: not so where a data point is not what the changes say. Then all are to be written by another pass
   */
  *write(
    standing: Standing,
    points: readonly DataPoint[],
    { collection, indexes }: Changes,
    cycle: Cycle,
  ): Sliced<boolean> {
    yield* carryOver(standing.series, this.log, cycle.columns);
    this.hasOtherStarts = false;
    for (let from = 0; from < indexes.length; from += STEP_POINTS) {
      yield;
      const end = Math.min(from + STEP_POINTS, indexes.length);
      for (let i = from; i < end; i++) {
        if (!this.writeOne(standing, points, indexes[i] as number, cycle)) return false;
      }
    }
    // Columns of earlier generations lack these.
    if (this.hasOtherStarts) standing.positions.stretches.forget();
    this.collection = collection;
    return true;
  }

  private writeOne(
    { positions, series }: Standing,
    points: readonly DataPoint[],
    index: number,
    cycle: Cycle,
  ): boolean {
    if (!(index < positions.length && index >>> 0 === index)) return false;
    const point = points[index] as DataPoint;
    const block = positions.blockOf(index);
    const at = index & BLOCK_MASK;
    const slot = block.slots[at] as number;
    if (slot === LEFT_OUT || !Object.is(point.attributes, block.attributes[at])) return false;
    const layout = series.layoutOf(slot);
    if (!fits(layout, point.value)) return false;
    const offset = block.offsets[at] as number;
    this.log.add(cycle.generation, offset, strideOf(layout), series.size);
    const isOther = !Object.is(point.startTime, block.startTimes[at]);
    this.hasOtherStarts ||= isOther;
    if (isOther || layout.kind !== 'scalar') writePoint(block, at, point, layout, cycle);
    else writeScalar(cycle.columns.written.values, offset, point.value as number);
    return true;
  }

  /** Notes that all numbers were written by another pass. */
  noteAll(changes: Changes | undefined, generation: number): void {
    this.collection = changes?.collection;
    this.log.forget(generation);
  }

  /** Notes that numbers are at other places. @param generation to be written next */
  noteMoved(generation: number): void {
    this.log.forgetAll(generation - 1);
  }
}
