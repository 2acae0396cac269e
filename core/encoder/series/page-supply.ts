/** What all pages of an encoder are made of: room in the columns, page ids, memory for their texts. */
import { strideOf, type Layout } from '../../snapshot';
import type { Columns } from '../columns/columns';
import { OpenPage, type SealedPage } from './open-page';
import { TextMemory } from './text-memory';

/** Pages of several layouts may be open at a time, as a rule it is one. */
const SPARES = 4;

export class PageSupply {
  readonly memory = new TextMemory();
  /** Objects that were sealed, for the next pages. */
  private readonly spares: OpenPage[] = [];

  /** @param nextPageId ascending; none is given twice */
  constructor(
    private readonly columns: Columns,
    private readonly nextPageId: () => number,
  ) {}

  /** @param index where the page stands among those of its family */
  open(layout: Layout, index: number, capacity: number): OpenPage {
    const open = this.spares.pop() ?? new OpenPage();
    open.begin(layout, index, this.take(layout, capacity), capacity);
    return open;
  }

  /** Makes a page of what has been added. Room that it does not use is given back, if it is the last. */
  seal(open: OpenPage): SealedPage {
    const { space } = this.columns;
    const { layout, base, capacity, size } = open;
    const stride = strideOf(layout);
    const sealed = open.seal(this.nextPageId(), (text) => this.memory.write(text));
    space.giveBack(base + capacity * stride, (capacity - size) * stride);
    if (this.spares.length < SPARES) this.spares.push(open);
    return sealed;
  }

  /** Takes room for so many series in all columns. @returns where their numbers begin */
  take(layout: Layout, series: number): number {
    return this.columns.take(series * strideOf(layout));
  }
}
