/**
 * Finds the texts of the pages of one exporter: where each begins in the bytes of its page, by page id. Everything in the
 * cache is derived from pages: a new thread fills its own from the pages that tasks carry.
 *
 * The texts themselves are not kept: together they would fill the heap of a thread, and all of them are only needed for a
 * plain answer, one after the other.
 */
import { startsOf } from '../core/page-texts';
import { pagesOf } from '../core/series';
import type { Page, Snapshot } from '../core/snapshot';

export class PageCache {
  private incarnation: string | undefined;
  private readonly startsById = new Map<number, Int32Array>();

  /** Call this before asking for pages of another snapshot. Forgets pages that are no longer in use. */
  use(snapshot: Snapshot): void {
    if (snapshot.incarnation !== this.incarnation) {
      this.incarnation = snapshot.incarnation;
      this.startsById.clear();
      return;
    }
    let count = 0;
    for (const { families } of snapshot.scopes) for (const { pages } of families) count += pages.length;
    // Only once unused pages are the majority: this bounds how often each page is looked at.
    if (this.startsById.size <= 2 * count) return;
    const inUse = new Set<number>();
    for (const page of pagesOf(snapshot)) inUse.add(page.id);
    for (const id of this.startsById.keys()) {
      if (!inUse.has(id)) this.startsById.delete(id);
    }
  }

  /**
   * The JSON text of the attributes of one series.
   * @throws RangeError if the page has another number of texts than series
   */
  text(page: Page, index: number): string {
    let starts = this.startsById.get(page.id);
    if (starts === undefined) {
      starts = startsOf(page);
      this.startsById.set(page.id, starts);
    }
    const { buffer, byteOffset, byteLength } = page.attributes;
    // Without the line feed that ends it.
    return Buffer.from(buffer, byteOffset, byteLength).toString(
      'utf8',
      starts[index],
      (starts[index + 1] as number) - 1,
    );
  }
}
