/**
 * The pass over a cumulative family whose source knows what has changed: the numbers of all other series are carried over, and
 * their data points are not looked at.
 */
import type { Changes, DataPoint } from '../../otel';
import type { Sliced } from '../../slicer';
import { SCALAR_VALUE, strideOf } from '../../snapshot';
import { fits, writeScalar, type LayoutKind } from '../columns/layouts';
import type { Cycle } from '../cycle';
import { BLOCK_MASK } from '../positions/position-block';
import type { Positions } from '../positions/positions';
import { writePoint } from '../positions/write-point';
import type { FamilySeries } from '../series/family-series';
import { carryOver } from './carry-over';
import { ChangeLog } from './change-log';

/** Data points that are written in one step. */
const STEP_POINTS = 64;
/** Where a larger share has changed, looking at all data points in their order takes less. */
const MOST_CHANGED = 1 / 8;

/** Series, each at its position in the current snapshot, none left out. */
interface Standing {
  readonly positions: Positions;
  readonly series: FamilySeries;
}

export class KnownChanges {
  private readonly log = new ChangeLog(0);
  /** Stands for what the family was last encoded from. */
  private collection: object | undefined;

  constructor(private readonly kind: LayoutKind) {}

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
    { collection, indexes, values, hasOtherStarts }: Changes,
    cycle: Cycle,
  ): Sliced<boolean> {
    const numbers = this.kind === 'scalar' && !hasOtherStarts ? values : undefined;
    // Columns of earlier generations lack these.
    if (hasOtherStarts) standing.positions.stretches.forget();
    yield* carryOver(standing.series, this.log, cycle.columns);
    for (let from = 0; from < indexes.length; from += STEP_POINTS) {
      yield;
      const end = Math.min(from + STEP_POINTS, indexes.length);
      for (let i = from; i < end; i++) {
        const index = indexes[i] as number;
        const isWritten =
          numbers === undefined
            ? this.writeWhole(standing, points, index, cycle)
            : this.writeValue(standing, numbers[i], index, cycle);
        if (!isWritten) return false;
      }
    }
    this.collection = collection;
    return true;
  }

  /** Nothing else is looked at: each object and each array would be a cache miss. */
  private writeValue({ positions, series }: Standing, value: unknown, index: number, cycle: Cycle): boolean {
    if (!isIndex(index, positions.length) || typeof value !== 'number') return false;
    const offset = positions.blockOf(index).offsets[index & BLOCK_MASK] as number;
    writeScalar(cycle.columns.written.values, offset, value);
    this.log.add(cycle.generation, offset + SCALAR_VALUE, 1, series.size);
    return true;
  }

  private writeWhole(
    { positions, series }: Standing,
    points: readonly DataPoint[],
    index: number,
    cycle: Cycle,
  ): boolean {
    if (!isIndex(index, positions.length)) return false;
    const point = points[index] as DataPoint;
    const block = positions.blockOf(index);
    const at = index & BLOCK_MASK;
    const layout = series.layoutOf(block.slots[at] as number);
    if (!Object.is(point.attributes, block.attributes[at]) || !fits(layout, point.value)) return false;
    writePoint(block, at, point, layout, cycle);
    this.log.add(cycle.generation, block.offsets[at] as number, strideOf(layout), series.size);
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

function isIndex(index: number, length: number): boolean {
  return index < length && index >>> 0 === index;
}
