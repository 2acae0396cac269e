/** Writes pages: the attribute texts of new series. */
import { ORDER_SHIFT, type Layout, type Page } from '../../protocol/snapshot';
import type { SeriesText } from './series-text';

const LINE_FEED = 0x0a;

/** The texts of a page, and where each of them begins; the last start is where the next one would. */
export interface PageText {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

const NO_LAYOUT: Layout = { kind: 'scalar' };

/** A page while series are being added to it. One object is used for page after page, for the reason that `Run` has. */
export class OpenPage implements PageText {
  layout = NO_LAYOUT;
  /** Where it stands among the family's pages. */
  index = 0;
  /** Where its numbers begin in the columns. */
  base = 0;
  capacity = 0;
  size = 0;
  starts = new Uint32Array(1);
  bytes: Uint8Array = new Uint8Array(1024);

  begin(layout: Layout, index: number, base: number, capacity: number): void {
    this.layout = layout;
    this.index = index;
    this.base = base;
    this.capacity = capacity;
    this.size = 0;
    if (capacity >= this.starts.length) this.starts = new Uint32Array(capacity + 1);
  }

  get isFull(): boolean {
    return this.size === this.capacity;
  }

  /** @returns the slot of the series */
  add(text: SeriesText): number {
    const start = this.starts[this.size] as number;
    const end = start + text.length + 1;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, start));
      this.bytes = larger;
    }
    text.copyTo(this.bytes, start);
    this.bytes[end - 1] = LINE_FEED;
    this.starts[this.size + 1] = end;
    return (this.index << ORDER_SHIFT) + this.size++;
  }

  /** @param write puts the texts where they stay */
  seal(id: number, write: (text: Uint8Array) => Uint8Array): { readonly page: Page; readonly text: PageText } {
    const { layout, size } = this;
    const attributes = write(this.bytes.subarray(0, this.starts[size]));
    return {
      page: { id, layout, size, attributes },
      text: { bytes: attributes, starts: this.starts.slice(0, size + 1) },
    };
  }
}

/** The order entries in shared memory, where they are written once. */
export function writeOrder(slots: Int32Array): Int32Array {
  const order = new Int32Array(new SharedArrayBuffer(slots.byteLength));
  order.set(slots);
  return order;
}
