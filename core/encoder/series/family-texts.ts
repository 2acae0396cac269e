/** The texts of a family's series, by slot. */
import { ORDER_MASK, ORDER_SHIFT } from '../../snapshot';
import type { PageTexts } from './open-page';
import type { SeriesTexts } from './series-texts';
import { isSameText } from './text-hash';

export class FamilyTexts {
  /** By page. */
  private readonly pages: PageTexts[] = [];

  ofPage(page: number): PageTexts {
    return this.pages[page] as PageTexts;
  }

  /** Has the texts of a page, or has them in another place. */
  set(page: number, texts: PageTexts): void {
    this.pages[page] = texts;
  }

  /** Takes away the texts of the pages from that one on. */
  removePages(first: number): PageTexts[] {
    return this.pages.splice(first);
  }

  /** Where the text of the series begins on its page; 0 for no series. */
  startOf(slot: number): number {
    return slot < 0 ? 0 : ((this.pages[slot >> ORDER_SHIFT] as PageTexts).starts[slot & ORDER_MASK] as number);
  }

  /** @param start see {@link startOf} */
  byteAt(slot: number, start: number): number {
    return slot < 0 ? 0 : ((this.pages[slot >> ORDER_SHIFT] as PageTexts).bytes[start] as number);
  }

  isText(slot: number, { bytes, length }: SeriesTexts): boolean {
    const { bytes: texts, starts } = this.pages[slot >> ORDER_SHIFT] as PageTexts;
    const index = slot & ORDER_MASK;
    return isSameText(bytes, 0, length, texts, starts[index] as number, (starts[index + 1] as number) - 1);
  }

  /** Whether the series has the same attributes, in any order. */
  hasPairs(slot: number, text: SeriesTexts): boolean {
    const { bytes, starts } = this.pages[slot >> ORDER_SHIFT] as PageTexts;
    const index = slot & ORDER_MASK;
    return text.hasPairsOf(bytes, starts[index] as number, (starts[index + 1] as number) - 1);
  }

  /** Puts the series' text in place of what `text` has. */
  read(slot: number, text: SeriesTexts): void {
    const { bytes, starts } = this.pages[slot >> ORDER_SHIFT] as PageTexts;
    const index = slot & ORDER_MASK;
    text.clear();
    text.appendText(bytes, starts[index] as number, (starts[index + 1] as number) - 1);
  }
}
