/**
 * What a worker thread derives from pages, kept by page id. Nothing here is state that matters: a new thread
 * fills its cache again from the pages that tasks carry.
 */
import type { Attributes } from './otel';
import type { Page, Snapshot } from './snapshot';
import { pagesOf } from './series';

export class PageCache {
  private incarnation: string | undefined;
  private readonly textsById = new Map<number, readonly string[]>();

  /** To be called before pages of another snapshot are asked for; forgets pages that have gone out of use. */
  use(snapshot: Snapshot): void {
    if (snapshot.incarnation !== this.incarnation) {
      this.incarnation = snapshot.incarnation;
      this.textsById.clear();
      return;
    }
    const inUse = new Set<number>();
    for (const page of pagesOf(snapshot)) inUse.add(page.id);
    // Once the useless ones are the majority, so that each is looked at a bounded number of times.
    if (this.textsById.size <= 2 * inUse.size) return;
    for (const id of this.textsById.keys()) {
      if (!inUse.has(id)) this.textsById.delete(id);
    }
  }

  /** The JSON text of the attributes of each series of the page. */
  texts(page: Page): readonly string[] {
    let texts = this.textsById.get(page.id);
    if (texts === undefined) {
      texts = readTexts(page);
      this.textsById.set(page.id, texts);
    }
    return texts;
  }

  attributes(page: Page): readonly Attributes[] {
    return parse(this.texts(page));
  }
}

/** For whoever keeps what they make of a page, and needs its attributes once. */
export const unkeptPages = { attributes: (page: Page): readonly Attributes[] => parse(readTexts(page)) };

function parse(texts: readonly string[]): Attributes[] {
  return JSON.parse(`[${texts.join(',')}]`) as Attributes[];
}

function readTexts(page: Page): string[] {
  const { buffer, byteOffset, byteLength } = page.attributes;
  const texts = Buffer.from(buffer, byteOffset, byteLength).toString('utf8').split('\n');
  texts.pop(); // what follows the last line feed
  if (texts.length !== page.size) throw new RangeError(`page ${page.id} has ${texts.length} series, not ${page.size}`);
  return texts;
}
