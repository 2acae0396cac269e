/** Writes pages: the attribute texts of new series. */
import { ORDER_SHIFT, strideOf, type Layout, type Page } from '../../protocol/snapshot';
import type { SeriesText } from './series-text';

const LINE_FEED = 0x0a;

/** The texts of a page, and where each of them begins; the last start is where the next one would. */
export interface PageText {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

/** A page while series are being added to it. */
export class OpenPage implements PageText {
  readonly starts: Uint32Array;
  readonly stride: number;
  size = 0;

  constructor(
    readonly layout: Layout,
    /** Where it stands among the family's pages. */
    readonly index: number,
    /** Where its numbers begin in the columns. */
    readonly base: number,
    readonly capacity: number,
    /** Grows as it has to, and can be the next page's as soon as this one is sealed. */
    public bytes: Buffer,
  ) {
    this.starts = new Uint32Array(capacity + 1);
    this.stride = strideOf(layout);
  }

  get isFull(): boolean {
    return this.size === this.capacity;
  }

  /** @returns the slot of the series */
  add(text: SeriesText): number {
    const start = this.starts[this.size] as number;
    const end = start + text.length + 1;
    if (end > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, start));
      this.bytes = larger;
    }
    text.bytes.copy(this.bytes, start, 0, text.length);
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
