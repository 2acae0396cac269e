/**
 * The texts of the pages of one exporter, by page id. Everything in the cache is derived from pages: a new thread fills its
 * own from the pages that tasks carry.
 */
import type { Attributes } from '../core/otel';
import { parseTexts, textsOf } from '../core/page-texts';
import { pagesOf } from '../core/series';
import type { Page, Snapshot } from '../core/snapshot';

export class PageCache {
  private incarnation: string | undefined;
  private readonly textsById = new Map<number, readonly string[]>();

  /** Call this before asking for pages of another snapshot. Forgets pages that are no longer in use. */
  use(snapshot: Snapshot): void {
    if (snapshot.incarnation !== this.incarnation) {
      this.incarnation = snapshot.incarnation;
      this.textsById.clear();
      return;
    }
    const inUse = new Set<number>();
    for (const page of pagesOf(snapshot)) inUse.add(page.id);
    // Only once unused pages are the majority: this bounds how often each page is looked at.
    if (this.textsById.size <= 2 * inUse.size) return;
    for (const id of this.textsById.keys()) {
      if (!inUse.has(id)) this.textsById.delete(id);
    }
  }

  /** The JSON text of the attributes of each series of the page. */
  texts(page: Page): readonly string[] {
    let texts = this.textsById.get(page.id);
    if (texts === undefined) {
      texts = textsOf(page);
      this.textsById.set(page.id, texts);
    }
    return texts;
  }

  attributes(page: Page): readonly Attributes[] {
    return parseTexts(this.texts(page));
  }
}
