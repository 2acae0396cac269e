/**
 * The series of a family with deltas: found by content, with what is known of their last changes.
 *
 * A series whose start time is `NaN` in the column being written has no numbers yet: its next delta is its first. The
 * columns alone tell which series have numbers, so that a column that is given up leaves nothing behind.
 */
import { ORDER_SHIFT, START, strideOf, type Layout, type PlacedPage } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { JoinedPage } from '../any-family';
import { carryOver } from '../changes/carry-over';
import { ChangeLog } from '../changes/change-log';
import type { Cycle } from '../cycle';
import { FamilySeries } from '../series/family-series';
import type { PageSupply } from '../series/page-supply';
import type { SeriesTexts } from '../series/series-texts';
import { LastChanges } from './last-changes';
import { LayoutChoice } from './layout-choice';
import { Moves } from './moves';
import { expiredSlots, markAbsent, presentSlots } from './presence';

/** New series that a family which has some expects at first. Later it expects as many as the cycle has added. */
const FEW_NEW = 64;

export class DeltaSeries {
  all: FamilySeries;
  /** For the snapshot; `undefined` for all series in page order. */
  order: Int32Array | undefined;
  readonly layouts = new LayoutChoice();
  private readonly log: ChangeLog;
  /** `undefined` where no series is forgotten: it costs memory, and a cache miss for each change. */
  private lastChanges: LastChanges | undefined;
  private readonly moves = new Moves();
  private presenceChanged = false;
  /** Series that the cycle has added. */
  private added = 0;

  /** @param generation the first that has the family @param now see `Cycle`; `undefined` where no series is forgotten */
  constructor(supply: PageSupply, generation: number, now: number | undefined) {
    this.all = new FamilySeries(supply, true);
    this.log = new ChangeLog(generation);
    if (now !== undefined) this.lastChanges = new LastChanges(now);
  }

  get present(): number {
    return this.order?.length ?? this.all.size;
  }

  *begin(cycle: Cycle): Sliced {
    this.added = 0;
    this.moves.clear();
    yield* carryOver(this.all, this.log, cycle.columns);
  }

  /** Puts a new series on a page. @returns its slot */
  add(layout: Layout, text: SeriesTexts, hash: number, expected: number, cycle: Cycle): number {
    const slot = this.addSlot(layout, text, expected, cycle);
    this.all.index.add(hash, slot);
    return slot;
  }

  /** Puts a series, with its text, on a page of another layout. @returns its slot there */
  move(from: number, layout: Layout, hash: number, expected: number, cycle: Cycle): number {
    const { absent } = this.all;
    this.all.texts.read(from, cycle.text);
    const to = this.addSlot(layout, cycle.text, expected, cycle);
    this.all.index.replace(hash, from, to);
    this.moves.add({ hash, from, to, since: absent.sinceOf(from) });
    absent.add(from, cycle.generation);
    this.presenceChanged = true;
    return to;
  }

  private addSlot(wanted: Layout, text: SeriesTexts, expected: number, cycle: Cycle): number {
    const { all, layouts } = this;
    const capacity = all.size === 0 ? expected : Math.min(expected, Math.max(FEW_NEW, this.added));
    const slot = all.openPage(layouts.choose(wanted), capacity).addText(text);
    cycle.columns.clearPrevious(all.offsetOf(slot));
    cycle.room--;
    this.added++;
    this.presenceChanged ||= all.absent.count > 0;
    return slot;
  }

  /** Call this for each series whose numbers have changed. */
  noteChange(slot: number, offset: number, layout: Layout, { generation, now }: Cycle): void {
    this.log.add(generation, offset, strideOf(layout), this.all.size);
    this.lastChanges?.set(slot, now);
  }

  /** Notes that a series has numbers again, if it was forgotten. */
  comeBack(slot: number): void {
    if (!this.all.absent.has(slot)) return;
    this.all.absent.delete(slot);
    this.presenceChanged = true;
  }

  /** Forgets the series that have not changed since that time. @returns how many */
  *forget(since: number, { generation, columns }: Cycle): Sliced<number> {
    const { all, log, lastChanges } = this;
    let forgotten = 0;
    for (const slots of lastChanges === undefined ? [] : expiredSlots(all, lastChanges, since)) {
      yield;
      for (const slot of slots) {
        const offset = all.offsetOf(slot);
        all.absent.add(slot, generation);
        columns.written.values[offset + START] = Number.NaN;
        log.add(generation, offset, 1, all.size);
      }
      forgotten += slots.length;
    }
    if (forgotten > 0) this.presenceChanged = true;
    yield* this.notePresence();
    return forgotten;
  }

  /** Makes the order for the snapshot, if it is another one now. */
  *notePresence(): Sliced {
    if (!this.presenceChanged) return;
    this.order = yield* presentSlots(this.all);
    this.presenceChanged = false;
  }

  *takeBack(generation: number): Sliced {
    if (this.moves.takeBack(this.all, generation)) this.presenceChanged = true;
    yield* this.notePresence();
  }

  *joined(count: number, slot: number, taken: readonly JoinedPage[], generation: number): Sliced {
    const { all, log } = this;
    yield* this.lastChanges?.join(count, slot, taken) ?? [];
    // They stand at their new place in the current column only.
    for (const { page, base } of all.pages.slice(slot >> ORDER_SHIFT)) {
      log.add(generation - 1, base, page.size * strideOf(page.layout), all.size);
    }
  }

  /** Notes that all numbers are at other places, in new columns. */
  pagesMoved(generation: number): void {
    this.log.forgetAll(generation - 1);
  }

  *packed(all: FamilySeries, slots: Int32Array, generation: number): Sliced {
    this.all = all;
    if (this.lastChanges !== undefined) this.lastChanges = yield* this.lastChanges.moved(slots);
    this.pagesMoved(generation);
    this.presenceChanged = true;
    yield* this.notePresence();
  }

  /** Takes over the series of the last snapshot. @param generation of that snapshot, whose column is the current one */
  *restore(pages: readonly PlacedPage[], order: Int32Array | undefined, generation: number): Sliced {
    yield* this.all.restorePages(pages);
    this.order = order;
    for (const { page } of pages) this.layouts.choose(page.layout);
    if (order !== undefined) yield* markAbsent(this.all, order, generation);
  }
}
