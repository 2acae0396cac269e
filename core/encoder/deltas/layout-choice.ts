/** Layouts of a family: pages of one layout share the object, by which tasks and open pages tell layouts apart. */
import type { Layout } from '../../snapshot';
import { isSameLayout } from './delta-value';

const MOST_KNOWN = 8;

export class LayoutChoice {
  /** Of the series that was found last: most often it is that of the next one too. */
  last: Layout | undefined;
  private readonly known: Layout[] = [];

  /** @returns the same layout, as an object that pages have already, if it is known */
  choose(layout: Layout): Layout {
    const known = this.known.find((one) => isSameLayout(one, layout));
    if (known !== undefined) return known;
    if (this.known.length >= MOST_KNOWN) this.known.shift();
    this.known.push(layout);
    return layout;
  }
}
