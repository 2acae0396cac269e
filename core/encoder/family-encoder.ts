/** Encodes one metric of one scope: its new series into pages, its numbers into the column being written. */
import type { DataPoint } from '../otel';
import { ORDER_SHIFT, strideOf, type Layout } from '../snapshot';
import { Claim } from './positions/claim';
import { Dictionary, type Shape } from './series/dictionary';
import { firstToJoin, joinPages, type Joining } from './tidying/joining';
import { fits, layoutFor, moveExponential, type LayoutKind } from './columns/layouts';
import { packFamily, type Packing } from './tidying/packing';
import { BLOCK_MASK, LEFT_OUT } from './positions/position-block';
import { Positions } from './positions/positions';
import type { Run } from './columns/run';
import { settle, type Known } from './positions/settle';
import { steadyPass } from './positions/steady-pass';
import { writePoint } from './columns/write-point';

/** Data points per look at the clock. */
const CHUNK = 1024;
const CHUNK_OF_STRANGERS = 32;

const NOTHING_KNOWN: Known = { pages: 0, positions: 0 };

/** Of one data point after the other. */
class PointShape implements Shape {
  value: unknown;

  constructor(private readonly kind: LayoutKind) {}

  fits(layout: Layout): boolean {
    return fits(layout, this.value);
  }

  layout(): Layout {
    return layoutFor(this.kind, this.value);
  }
}

export class FamilyEncoder {
  dictionary = new Dictionary();
  /** The order for the snapshot; `undefined` for all series in page order. */
  order: Int32Array | undefined;
  /** The last generation that had this family. */
  lastSeen = 0;
  private positions: Positions;
  private readonly shape: PointShape;
  private readonly claim = new Claim();

  constructor(readonly kind: LayoutKind) {
    this.shape = new PointShape(kind);
    this.positions = new Positions(0, kind === 'histogram');
  }

  get present(): number {
    return this.order?.length ?? this.dictionary.size;
  }

  /** Data points of the last collection that were left out for the series limit. */
  get leftOut(): number {
    return this.positions.length - this.present;
  }

  /** @throws whatever reading a malformed data point throws; the encoder is then not to be used again */
  async encode(points: readonly DataPoint[], run: Run): Promise<void> {
    if (this.lastSeen !== run.generation - 1) {
      // It was missing for a while: its series have no previous numbers.
      await this.positions.comeBack(run.generation, (offset) => run.hasNoPrevious(offset), run.slicer);
    }
    const length = Math.min(points.length, this.positions.length);
    let at = 0;
    this.positions.rewind();
    // Series that were left out are looked at again as soon as there is room for them.
    if (this.leftOut === 0 || run.room <= 0) {
      while (at < length) {
        const end = Math.min(at + CHUNK, length);
        at = steadyPass(this.positions, this.dictionary, points, at, end, run);
        if (at < end) break;
        if (run.slicer.due) await run.slicer.rest();
      }
    }
    if (at < length || points.length !== this.positions.length) await this.rebuild(points, at, run);
    this.lastSeen = run.generation;
  }

  /** Puts the series of many small pages on fewer ones, if it has only grown so far. */
  async join(joining: Joining): Promise<void> {
    const { dictionary, order, leftOut, positions } = this;
    if (order !== undefined || leftOut > 0 || dictionary.isIndexed) return;
    const first = firstToJoin(dictionary, joining);
    if (first === undefined) return;
    const count = await joinPages(dictionary, first, joining);
    await positions.moveLast(count, first << ORDER_SHIFT, dictionary, joining.generation, joining.slicer);
  }

  /** Moves to new places in the columns, leaving dead series behind where they are the most. */
  async repack(packing: Packing): Promise<void> {
    const { dictionary, slots } = await packFamily(this.dictionary, this.order, packing);
    this.dictionary = dictionary;
    await this.positions.move(slots, dictionary, packing.slicer);
    if (slots === undefined) return;
    this.order = await settle(dictionary, this.positions, NOTHING_KNOWN, packing.generation, packing.slicer);
  }

  /**
   * Goes on from where the steady pass failed: series have come, gone, or changed places. Those that still
   * stand in the old order are found by identity, others by content, unknown ones get a place on a page.
   */
  private async rebuild(points: readonly DataPoint[], from: number, run: Run): Promise<void> {
    const { dictionary, claim } = this;
    const isAllInOrder = this.order === undefined && this.leftOut === 0;
    const pages = dictionary.pages.length;
    claim.begin(this.positions, dictionary, from, run.text);
    if (claim.onlyMore) await this.positions.extend(points.length, run.slicer);
    else await this.keepPrefix(points.length, run);
    for (let i = from; i < points.length; i++) {
      if (i % CHUNK_OF_STRANGERS === 0 && run.slicer.due) await run.slicer.rest();
      if (i === from || (i & BLOCK_MASK) === 0) await this.positions.reach(i, run.slicer);
      const point = points[i] as DataPoint;
      if (this.claimAtCursor(i, point, run)) continue;
      if (claim.onlyNew) {
        this.encodeNew(i, point, points.length - i, run);
        continue;
      }
      if (!claim.isIndexed) {
        await dictionary.completeIndex(Math.max(0, points.length - dictionary.size), run.slicer);
        claim.isIndexed = true;
      }
      this.encodeStranger(i, point, points.length - i, run);
    }
    // Then there is nothing to be looked at but what has come.
    const isOnlyMore = claim.onlyMore && isAllInOrder;
    claim.end();
    dictionary.sealAll(run);
    const known = isOnlyMore ? { pages, positions: from } : NOTHING_KNOWN;
    this.order = await settle(dictionary, this.positions, known, run.generation, run.slicer);
  }

  /** Takes over what is known of the series up to the cursor, which stand where they stood. */
  private async keepPrefix(length: number, run: Run): Promise<void> {
    const { old, claimed, cursor } = this.claim;
    this.positions = new Positions(length, this.kind === 'histogram');
    await this.positions.takeOver(old, cursor, claimed, run.slicer);
  }

  /** Whether the series that is next in the old order, or shortly behind, is this one. */
  private claimAtCursor(i: number, point: DataPoint, run: Run): boolean {
    const { claim } = this;
    const { old, claimed } = claim;
    if (claim.onlyMore) return false;
    const found = old.find(claim.cursor, point.attributes);
    if (found < 0) return false;
    claim.cursor = found + 1;
    const slot = old.blockOf(found).slots[found & BLOCK_MASK] as number;
    if (slot === LEFT_OUT || claimed[slot] === 1 || !this.fitsAt(slot, point)) return false;
    claimed[slot] = 1;
    const block = this.positions.copy(i, old, found);
    writePoint(block, i & BLOCK_MASK, point, this.dictionary.pageOf(slot).page.layout, run);
    return true;
  }

  private fitsAt(slot: number, point: DataPoint): boolean {
    return fits(this.dictionary.pageOf(slot).page.layout, point.value);
  }

  /** A data point that identity does not tell: known by content, or new. */
  private encodeStranger(i: number, point: DataPoint, expected: number, run: Run): void {
    const { dictionary, claim } = this;
    const hash = claim.lookFor(point.attributes);
    const slot = dictionary.find(hash, claim);
    if (slot >= 0 && this.fitsAt(slot, point)) {
      claim.claimed[slot] = 1;
      const offset = dictionary.offsetOf(slot);
      const block = this.positions.set(i, point, slot, offset);
      if (dictionary.absent.has(slot)) run.hasNoPrevious(offset);
      writePoint(block, i & BLOCK_MASK, point, dictionary.pageOf(slot).page.layout, run);
      return;
    }
    if (run.room <= 0) {
      this.positions.set(i, point, LEFT_OUT, 0);
      return;
    }
    this.shape.value = point.value;
    const added = dictionary.addText(run.text, this.shape, expected, run);
    this.writeNew(i, point, added, run);
    if (slot < 0) dictionary.addToIndex(hash, added);
    else this.leave(slot, added, hash, run);
  }

  /** A data point of which it is known that it is of a new series. */
  private encodeNew(i: number, point: DataPoint, expected: number, run: Run): void {
    if (run.room <= 0) {
      this.positions.set(i, point, LEFT_OUT, 0);
      return;
    }
    this.shape.value = point.value;
    this.writeNew(i, point, this.dictionary.add(point.attributes, this.shape, expected, run), run);
  }

  private writeNew(i: number, point: DataPoint, slot: number, run: Run): void {
    const { dictionary } = this;
    run.room--;
    this.shape.value = undefined;
    const offset = dictionary.offsetOf(slot);
    const block = this.positions.set(i, point, slot, offset);
    run.hasNoPrevious(offset);
    writePoint(block, i & BLOCK_MASK, point, dictionary.pageOf(slot).page.layout, run);
  }

  /**
   * The series has outgrown its place. A growing exponential histogram takes its previous numbers along: it is no new
   * series.
   */
  private leave(slot: number, forSlot: number, hash: number, run: Run): void {
    const { dictionary, claim } = this;
    dictionary.replace(hash, slot, forSlot);
    // Where two data points have the same attributes, the other one may still stand at that place in the old order.
    claim.claimed[slot] = 1;
    const from = dictionary.pageOf(slot).page.layout;
    const layout = dictionary.pageOf(forSlot).page.layout;
    if (from.kind !== 'exponential' || layout.kind !== 'exponential' || dictionary.absent.has(slot)) return;
    const offset = dictionary.offsetOf(forSlot);
    const values = run.previousWithRoom(offset + strideOf(layout));
    if (values === undefined) return;
    moveExponential(values, { offset: dictionary.offsetOf(slot), layout: from }, { offset, layout });
  }
}
