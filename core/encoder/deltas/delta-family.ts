/**
 * Adds up one metric of delta temporality. Its series are found by content, since applications record with fresh attributes
 * objects, and with one that they change and use again. What a collection does not mention keeps its numbers, and the cost
 * of a collection follows what has changed.
 */
import {
  DataPointType,
  type DataPoint,
  type Descriptor,
  type MadePoints,
  type MorePoints,
  type Scope,
} from '../../otel';
import type { Family } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { AnyFamily, JoinedPage } from '../any-family';
import type { LayoutKind } from '../columns/layouts';
import type { Cycle } from '../cycle';
import type { ReadMetric } from '../reading/metric';
import type { FamilySeries } from '../series/family-series';
import type { PageSupply } from '../series/page-supply';
import { DeltaSeries } from './delta-series';
import type { DeltaValue } from './delta-value';
import { PointAdder, type OnMalformed } from './point-adder';
import { BATCH_POINTS, type PointBatch } from './point-batch';

/** What a snapshot has of the family. The first descriptor stays: what is posted to tasks is compared by identity. */
export interface DeltaHead {
  readonly scope: Scope;
  readonly kind: LayoutKind;
  readonly descriptor: Descriptor;
  readonly dataPointType: number;
  readonly isMonotonic: boolean | undefined;
}

/** What all families with deltas share. */
interface DeltaShared {
  readonly supply: PageSupply;
  readonly value: DeltaValue;
  readonly batch: PointBatch;
  /** See `Cycle`; `undefined` where no series is forgotten. */
  readonly now: number | undefined;
}

export class DeltaFamily implements AnyFamily {
  readonly head: DeltaHead;
  lastSeen = 0;
  private readonly own: DeltaSeries;
  private readonly adder: PointAdder;
  /** Of the last cycle that the family has begun. */
  private pass = -1;

  /** @param generation the first that has the family */
  constructor(
    { scope, kind, descriptor, dataPointType, isMonotonic }: DeltaHead,
    { supply, value, batch, now }: DeltaShared,
    generation: number,
  ) {
    // A copy, since the argument may be a metric with all its data points.
    this.head = { scope, kind, descriptor, dataPointType, isMonotonic };
    this.own = new DeltaSeries(supply, generation, now);
    this.adder = new PointAdder(this.own, value, batch, kind, dataPointType === DataPointType.GAUGE);
  }

  get series(): FamilySeries {
    return this.own.all;
  }

  get order(): Int32Array | undefined {
    return this.own.order;
  }

  get present(): number {
    return this.own.present;
  }

  get leftOut(): number {
    return this.adder.leftOut;
  }

  get isJoinable(): boolean {
    return this.series.absent.count === 0;
  }

  get hasOverflowed(): boolean {
    return this.adder.hasOverflowed;
  }

  absentIn(): number {
    return this.series.size - this.present;
  }

  /** Whether the family has begun this cycle. */
  hasBegun({ pass }: Cycle): boolean {
    return this.pass === pass;
  }

  /** Brings the written column up to the current one. Each cycle does this for each family, mentioned or not. */
  *begin(cycle: Cycle): Sliced {
    this.pass = cycle.pass;
    this.adder.leftOut = 0;
    yield* this.own.begin(cycle);
    if (this.present > 0) this.lastSeen = cycle.generation;
  }

  /** Adds the data points of a metric: a collection may have several of the family. @throws where there is no memory */
  *add(metric: ReadMetric, cycle: Cycle, onMalformed: OnMalformed): Sliced {
    const { adder, series } = this;
    const { points, count, recorded, more, maxSize } = metric;
    this.lastSeen = cycle.generation;
    adder.maxSize = maxSize;
    adder.onMalformed = onMalformed;
    yield* series.completeIndex(0);
    yield* this.addSome(points, recorded, count, more?.count ?? 0, cycle);
    if (more !== undefined) yield* this.addMore(more, cycle, onMalformed);
    adder.end();
    series.sealAll();
    yield* this.own.notePresence();
  }

  private *addMore(more: MorePoints, cycle: Cycle, onMalformed: OnMalformed): Sliced {
    const batches = more.read();
    let behind = more.count;
    for (let batch = nextOf(batches, onMalformed); batch !== undefined; batch = nextOf(batches, onMalformed)) {
      const { dataPoints, recordedAttributes } = batch;
      behind -= dataPoints.length;
      yield* this.addSome(dataPoints, recordedAttributes, dataPoints.length, behind, cycle);
    }
  }

  /** @param behind how many data points are added behind these */
  private *addSome(
    points: readonly DataPoint[],
    recorded: readonly unknown[] | undefined,
    count: number,
    behind: number,
    cycle: Cycle,
  ): Sliced {
    for (let i = 0; i < count; i += BATCH_POINTS) {
      yield;
      const some = Math.min(BATCH_POINTS, count - i);
      yield* this.series.index.reserve(some);
      this.adder.addAll(points, recorded, i, some, count - i + behind, cycle);
    }
  }

  /** Forgets the series that have not changed since that time. @returns how many */
  forget(since: number, cycle: Cycle): Sliced<number> {
    return this.own.forget(since, cycle);
  }

  takeBack(generation: number): Sliced {
    return this.own.takeBack(generation);
  }

  joined(count: number, slot: number, taken: readonly JoinedPage[], generation: number): Sliced {
    return this.own.joined(count, slot, taken, generation);
  }

  pagesMoved(generation: number): Iterable<undefined> {
    this.own.pagesMoved(generation);
    return [];
  }

  packed(series: FamilySeries, slots: Int32Array, generation: number): Sliced {
    return this.own.packed(series, slots, generation);
  }

  /** Becomes what the last snapshot has of it. @param generation of that snapshot, whose column is the current one */
  *restore({ pages, order }: Family, generation: number): Sliced {
    yield* this.own.restore(pages, order, generation);
    this.lastSeen = generation;
  }
}

/** Where making a batch fails, those behind it are lost with it. */
function nextOf(batches: Iterator<MadePoints>, onMalformed: OnMalformed): MadePoints | undefined {
  try {
    const next = batches.next();
    return next.done === true ? undefined : next.value;
  } catch (error) {
    onMalformed(error);
    return undefined;
  }
}
