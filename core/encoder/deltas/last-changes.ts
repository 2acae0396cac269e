/** When each series of a family has changed last, by slot: a short array for each page, which grows with it. */
import { ORDER_MASK, ORDER_SHIFT, PAGE_SERIES } from '../../snapshot';
import type { Sliced } from '../../slicer';
import type { JoinedPage } from '../any-family';

const STEP_SLOTS = 1024;
const NONE = new Float64Array(0);

export class LastChanges {
  private readonly pages: Float64Array[] = [];

  /** @param since what holds for series that are not noted yet */
  constructor(private readonly since: number) {}

  get(slot: number): number {
    const page = this.pages[slot >> ORDER_SHIFT];
    const index = slot & ORDER_MASK;
    return page !== undefined && index < page.length ? (page[index] as number) : this.since;
  }

  set(slot: number, time: number): void {
    const at = slot >> ORDER_SHIFT;
    const index = slot & ORDER_MASK;
    while (at >= this.pages.length) this.pages.push(NONE);
    let page = this.pages[at] as Float64Array;
    if (index >= page.length) {
      const larger = new Float64Array(Math.min(PAGE_SERIES, Math.max(4, 2 * index))).fill(this.since);
      larger.set(page);
      this.pages[at] = page = larger;
    }
    page[index] = time;
  }

  /** The series of the last pages stand one behind the other now, from that slot on. */
  *join(count: number, slot: number, taken: readonly JoinedPage[]): Sliced {
    const times: number[] = [];
    for (const { index, size } of taken) {
      yield;
      for (let i = 0; i < size; i++) times.push(this.get((index << ORDER_SHIFT) + i));
    }
    this.pages.length = Math.min(this.pages.length, slot >> ORDER_SHIFT);
    for (let i = 0; i < count; i++) {
      if (i % STEP_SLOTS === 0) yield;
      this.set(slot + i, times[i] as number);
    }
  }

  /** @param slots new slot by old slot, -1 for none */
  *moved(slots: Int32Array): Sliced<LastChanges> {
    const moved = new LastChanges(this.since);
    for (let old = 0; old < slots.length; old++) {
      if (old % STEP_SLOTS === 0) yield;
      const slot = slots[old] as number;
      if (slot >= 0) moved.set(slot, this.get(old));
    }
    return moved;
  }
}
