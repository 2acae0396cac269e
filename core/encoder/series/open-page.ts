/** A page while series are being added to it. */
import { ORDER_SHIFT, type Layout, type Page } from '../../snapshot';
import { SeriesTexts } from './series-texts';

/** The texts of a page, and where each of them begins; the last start is where the next one would begin. */
export interface PageTexts {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

export interface SealedPage {
  readonly page: Page;
  readonly text: PageTexts;
}

const NO_LAYOUT: Layout = { kind: 'scalar' };

/** One object is used for page after page, for the reason that `Cycle` gives. */
export class OpenPage implements PageTexts {
  layout = NO_LAYOUT;
  /** Where it stands among the family's pages. */
  index = 0;
  /** Where its numbers begin in the columns. */
  base = 0;
  /** How many series it has room for. */
  capacity = 0;
  size = 0;
  starts = new Uint32Array(1);
  private readonly texts = new SeriesTexts();

  begin(layout: Layout, index: number, base: number, capacity: number): void {
    this.layout = layout;
    this.index = index;
    this.base = base;
    this.capacity = capacity;
    this.size = 0;
    this.texts.clear();
    if (capacity >= this.starts.length) this.starts = new Uint32Array(capacity + 1);
  }

  get isFull(): boolean {
    return this.size === this.capacity;
  }

  get bytes(): Uint8Array {
    return this.texts.bytes;
  }

  /** @returns the slot of the series */
  add(attributes: unknown): number {
    this.texts.append(attributes);
    return this.endText();
  }

  /** The same, for attributes that are a text already. */
  addText({ bytes, length }: SeriesTexts): number {
    this.texts.appendText(bytes, 0, length);
    return this.endText();
  }

  /** Adds the series of another page from that one on, as many as there is room for. @returns how many */
  addSome({ bytes, starts }: PageTexts, from: number): number {
    const count = Math.min(starts.length - 1 - from, this.capacity - this.size);
    const shift = this.texts.length - (starts[from] as number);
    this.texts.appendAll(bytes, starts[from] as number, starts[from + count] as number);
    for (let i = 1; i <= count; i++) this.starts[this.size + i] = (starts[from + i] as number) + shift;
    this.size += count;
    return count;
  }

  private endText(): number {
    this.texts.appendLineFeed();
    this.starts[this.size + 1] = this.texts.length;
    return (this.index << ORDER_SHIFT) + this.size++;
  }

  /** @param write puts the texts where they stay */
  seal(id: number, write: (text: Uint8Array) => Uint8Array): SealedPage {
    const { layout, size } = this;
    const attributes = write(this.bytes.subarray(0, this.texts.length));
    return {
      page: { id, layout, size, attributes },
      text: { bytes: attributes, starts: this.starts.slice(0, size + 1) },
    };
  }
}
