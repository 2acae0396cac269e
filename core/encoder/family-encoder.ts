/** Encodes one metric of one scope: its new series into pages, its numbers into the column being written. */
import { OVERFLOW_ATTRIBUTE, type Changes, type DataPoint } from '../otel';
import type { Sliced } from '../slicer';
import { strideOf, type Layout } from '../snapshot';
import { fits, layoutFor, type LayoutKind } from './columns/layouts';
import type { AnyFamily } from './any-family';
import { KnownChanges } from './changes/known-changes';
import type { Cycle } from './cycle';
import { OldOrder } from './positions/old-order';
import { BLOCK_MASK, LEFT_OUT } from './positions/position-block';
import { Positions } from './positions/positions';
import { NO_PREFIX, notePresence } from './positions/presence';
import { steadyPass } from './positions/steady-pass';
import { writePoint } from './positions/write-point';
import { Claims } from './series/claims';
import { FamilySeries } from './series/family-series';
import type { PageSupply } from './series/page-supply';

/** Data points that are done in one step: in the steady pass, and where each is looked at by itself. */
const STEADY_STEP_POINTS = 1024;
const STEP_POINTS = 32;

export class FamilyEncoder implements AnyFamily {
  series: FamilySeries;
  /** Of the last collection. */
  positions: Positions;
  /** The order for the snapshot; `undefined` for all series in page order. */
  order: Int32Array | undefined;
  /** Whether OpenTelemetry has put what was recorded for further series into a single one. */
  hasOverflowed = false;
  /** The last generation that had this family. */
  lastSeen = 0;
  /** Where the source knows what has changed. */
  private changes: KnownChanges | undefined;
  private readonly claims = new Claims();
  private readonly oldOrder = new OldOrder();

  constructor(
    private readonly kind: LayoutKind,
    supply: PageSupply,
  ) {
    this.series = new FamilySeries(supply);
    this.positions = new Positions(0, kind === 'histogram');
  }

  /** How many series the last collection had. */
  get present(): number {
    return this.order?.length ?? this.series.size;
  }

  /** Data points of the last collection that were left out for the series limit. */
  get leftOut(): number {
    return this.positions.length - this.present;
  }

  /** Series that are not in the last collection. They take the place of others where the series limit is reached. */
  absentIn(generation: number): number {
    return this.lastSeen === generation ? this.series.size - this.present : this.series.size;
  }

  /** True for a family that has only grown so far. */
  get isJoinable(): boolean {
    return this.order === undefined && this.leftOut === 0 && !this.series.index.isUsed;
  }

  joined(count: number, slot: number, _taken: unknown, generation: number): Sliced {
    this.changes?.noteMoved(generation);
    return this.positions.moveLast(count, slot, this.series, generation);
  }

  pagesMoved(generation: number): Sliced {
    this.changes?.noteMoved(generation);
    return this.positions.move(undefined, this.series);
  }

  *packed(series: FamilySeries, slots: Int32Array, generation: number): Sliced {
    this.changes?.noteMoved(generation);
    this.series = series;
    yield* this.positions.move(slots, series);
    this.order = yield* notePresence(series, this.positions, NO_PREFIX, generation);
  }

  /** There is nothing to do: the next pass writes every number. */
  takeBack(): Iterable<undefined> {
    return [];
  }

  /**
   * @param count how many data points there are
   * @param changes what the source knows of them
   * @throws whatever reading a malformed data point throws; the encoder is then not to be used again
   */
  *encode(points: readonly DataPoint[], count: number, changes: Changes | undefined, cycle: Cycle): Sliced {
    if (changes !== undefined) this.changes ??= new KnownChanges(this.kind);
    const isWritten = changes !== undefined && (yield* this.encodeChanges(points, count, changes, cycle));
    if (!isWritten) {
      yield* this.encodeAll(points, count, cycle);
      this.changes?.noteAll(changes, cycle.generation);
    }
    this.lastSeen = cycle.generation;
  }

  /** @returns whether that was possible */
  private *encodeChanges(points: readonly DataPoint[], count: number, changes: Changes, cycle: Cycle): Sliced<boolean> {
    const { changes: known, positions, leftOut, lastSeen } = this;
    if (known === undefined || count !== positions.length || leftOut > 0) return false;
    return known.areUsable(changes, count, lastSeen, cycle) && (yield* known.write(this, points, changes, cycle));
  }

  private *encodeAll(points: readonly DataPoint[], count: number, cycle: Cycle): Sliced {
    const { positions } = this;
    if (this.lastSeen !== cycle.generation - 1) {
      // The current snapshot does not have the family: its series have no previous numbers.
      yield* positions.markUnwritten(cycle.generation, (offset) => cycle.columns.clearPrevious(offset));
    }
    const length = Math.min(count, positions.length);
    let at = 0;
    positions.stretches.rewind();
    // Series that were left out are looked at again as soon as there is room for them.
    if (this.leftOut === 0 || cycle.room <= 0) {
      while (at < length) {
        const end = Math.min(at + STEADY_STEP_POINTS, length);
        at = steadyPass(positions, this.series, points, at, end, cycle);
        if (at < end) break;
        yield;
      }
    }
    if (at < length || count !== positions.length) yield* this.rebuild(points, count, at, cycle);
  }

  /** Goes on from where the steady pass ended: series have come, gone, or changed places. */
  private *rebuild(points: readonly DataPoint[], count: number, from: number, cycle: Cycle): Sliced {
    const { series, positions: old, claims, oldOrder } = this;
    // Whether all series of the last collection are where they were.
    const allStand = from === old.length;
    const pagesBefore = series.pages.length;
    // If these are all in page order too, their presence need not be noted again in the end.
    const prefix =
      allStand && this.order === undefined && this.leftOut === 0 ? { pages: pagesBefore, positions: from } : NO_PREFIX;
    if (allStand && series.absent.count === 0) {
      // All series that are known stand where they stood: those behind them are new.
      yield* old.extend(count);
      yield* this.append(points, count, from, cycle);
    } else {
      claims.begin(series, allStand);
      oldOrder.begin(old, from);
      if (allStand) yield* old.extend(count);
      else {
        this.positions = new Positions(count, this.kind === 'histogram');
        yield* this.positions.takeOver(old, from, claims);
      }
      yield* this.matchOrLookUp(points, count, from, cycle);
      oldOrder.finish();
      claims.end();
    }
    series.sealAll();
    this.order = yield* notePresence(series, this.positions, prefix, cycle.generation);
  }

  /** Data points of new series: no known series is left that could be theirs, so that none is looked up. */
  private *append(points: readonly DataPoint[], count: number, from: number, cycle: Cycle): Sliced {
    const { series, positions } = this;
    for (let i = from; i < count; i++) {
      if (i % STEP_POINTS === 0) yield;
      if (i === from || (i & BLOCK_MASK) === 0) yield* positions.ensureBlock(i);
      const point = points[i] as DataPoint;
      if (cycle.room <= 0) positions.set(i, point, LEFT_OUT, 0);
      else {
        const slot = series.openPage(this.layoutFor(point), count - i).add(point.attributes);
        this.writeNew(i, point, slot, cycle);
      }
    }
  }

  /** Data points of which many stand in the old order, and the others may be of any series. */
  private *matchOrLookUp(points: readonly DataPoint[], count: number, from: number, cycle: Cycle): Sliced {
    const { series, positions } = this;
    for (let i = from; i < count; i++) {
      if (i % STEP_POINTS === 0) yield;
      if (i === from || (i & BLOCK_MASK) === 0) yield* positions.ensureBlock(i);
      const point = points[i] as DataPoint;
      if (this.match(i, point, cycle)) continue;
      if (!series.index.isComplete) yield* series.completeIndex(Math.max(0, count - series.size));
      this.lookUp(i, point, count - i, cycle);
    }
  }

  /** Writes the data point if its series is next in the old order, by identity, or shortly behind. @returns whether it is */
  private match(i: number, point: DataPoint, cycle: Cycle): boolean {
    const { series, claims, oldOrder } = this;
    const found = oldOrder.advanceTo(point.attributes);
    if (found < 0) return false;
    const old = oldOrder.positions;
    const slot = old.slotAt(found);
    if (slot === LEFT_OUT || claims.has(slot) || !fits(series.layoutOf(slot), point.value)) return false;
    claims.add(slot);
    const block = this.positions.copy(i, old, found);
    writePoint(block, i & BLOCK_MASK, point, series.layoutOf(slot), cycle);
    return true;
  }

  /**
   * Writes a data point whose series is known by its content, or is new.
   * @param expected how many more data points there are, this one included
   */
  private lookUp(i: number, point: DataPoint, expected: number, cycle: Cycle): void {
    const { series, claims } = this;
    const { text } = cycle;
    text.clear();
    text.append(point.attributes);
    const hash = text.hash();
    const slot = series.index.find(text, hash, claims);
    if (slot >= 0 && fits(series.layoutOf(slot), point.value)) {
      claims.add(slot);
      this.write(i, point, slot, series.absent.has(slot), cycle);
    } else if (cycle.room <= 0) this.positions.set(i, point, LEFT_OUT, 0);
    else {
      const added = series.openPage(this.layoutFor(point), expected).addText(text);
      this.writeNew(i, point, added, cycle);
      if (slot < 0) series.index.add(hash, added);
      else this.outgrow(slot, added, hash, cycle);
    }
  }

  /** The layout of an open page that fits; else that of the last page, so that the two can be joined; else a new one. */
  private layoutFor({ value }: DataPoint): Layout {
    const { open, pages } = this.series;
    for (let at = open.length - 1; at >= 0; at--) {
      const { layout } = open[at] as { readonly layout: Layout };
      if (fits(layout, value)) return layout;
    }
    const layout = layoutFor(this.kind, value);
    const last = pages.at(-1)?.page.layout;
    // A layout that fits and takes as many numbers is the same.
    return last !== undefined && fits(last, value) && strideOf(last) === strideOf(layout) ? last : layout;
  }

  private writeNew(i: number, point: DataPoint, slot: number, cycle: Cycle): void {
    cycle.room--;
    // Looked at here, since a series is new only once: looking at all data points would cost a pass.
    if (point.attributes[OVERFLOW_ATTRIBUTE] === true) this.hasOverflowed = true;
    this.write(i, point, slot, true, cycle);
  }

  /** @param isNew whether the current snapshot does not have the series */
  private write(i: number, point: DataPoint, slot: number, isNew: boolean, cycle: Cycle): void {
    const { series } = this;
    const offset = series.offsetOf(slot);
    const block = this.positions.set(i, point, slot, offset);
    if (isNew) cycle.columns.clearPrevious(offset);
    writePoint(block, i & BLOCK_MASK, point, series.layoutOf(slot), cycle);
  }

  /**
   * The series no longer fits the layout of its page. A growing exponential histogram takes its previous numbers along: it
   * is no new series.
   */
  private outgrow(from: number, to: number, hash: number, cycle: Cycle): void {
    const { series, claims } = this;
    series.index.replace(hash, from, to);
    // Where two data points have the same attributes, the other one may still stand at that place in the old order.
    claims.add(from);
    const before = series.layoutOf(from);
    const layout = series.layoutOf(to);
    if (before.kind !== 'exponential' || layout.kind !== 'exponential' || series.absent.has(from)) return;
    cycle.columns.movePrevious(
      { offset: series.offsetOf(from), layout: before },
      { offset: series.offsetOf(to), layout },
    );
  }
}
