/**
 * What values the attributes of a page have, as hashes by series. A page is read once: it never changes, and the hashes take
 * 4 bytes per series and attribute.
 */
import type { Attributes } from '../../../core/otel';
import type { Page } from '../../../core/snapshot';
import { attributesOf } from '../../../core/page-texts';
import { hashOf } from '../identity/hash';

/** By attribute: for each series of the page the hash of its value, 0 where it has none. */
export type PageValues = ReadonlyMap<string, Int32Array>;

/** Attributes of one page. Further ones are not counted. */
const MAX_NAMES = 64;
/** Of all hashes that are kept: 32 million. */
const MAX_BYTES = 128 * 1024 * 1024;

interface Entry {
  readonly values: PageValues;
  readonly bytes: number;
  /** Number of the count that has used it last. */
  count: number;
}

export class PageValuesCache {
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;
  private count = 0;
  private mayRead = 0;
  /** Pages that could not be read in this count. */
  unread = 0;

  constructor(private readonly maxBytes = MAX_BYTES) {}

  /** @param maxNewPages how many pages may be read in this count */
  begin(maxNewPages: number): void {
    this.count++;
    this.mayRead = maxNewPages;
    this.unread = 0;
  }

  /** @returns `undefined` if no more pages may be read */
  use(incarnation: string, page: Page): PageValues | undefined {
    const key = `${incarnation} ${page.id}`;
    const entry = this.entries.get(key);
    if (entry !== undefined) {
      entry.count = this.count;
      return entry.values;
    }
    // What cannot be kept has to be read each time, or counting would never end.
    const isKept = this.bytes < this.maxBytes;
    if (isKept && this.mayRead-- <= 0) {
      this.unread++;
      return undefined;
    }
    const values = readValues(page);
    if (isKept) {
      const bytes = values.size * page.size * Int32Array.BYTES_PER_ELEMENT;
      this.entries.set(key, { values, bytes, count: this.count });
      this.bytes += bytes;
    }
    return values;
  }

  /** Forgets the pages that this count has not used. */
  end(): void {
    for (const [key, { count, bytes }] of this.entries) {
      if (count === this.count) continue;
      this.entries.delete(key);
      this.bytes -= bytes;
    }
  }
}

/** What a process has sent may be unreadable, and has no values then. */
function readValues(page: Page): PageValues {
  try {
    return valuesOf(attributesOf(page), page.size);
  } catch {
    return new Map();
  }
}

function valuesOf(all: readonly Attributes[], size: number): PageValues {
  const values = new Map<string, Int32Array>();
  for (const [i, attributes] of all.entries()) {
    for (const [name, value] of Object.entries(attributes)) {
      let column = values.get(name);
      if (column === undefined) {
        if (values.size >= MAX_NAMES) continue;
        column = new Int32Array(size);
        values.set(name, column);
      }
      // As labels have them: 200 and '200' are one value.
      column[i] = hashOf(typeof value === 'string' ? value : JSON.stringify(value)) | 0 || 1;
    }
  }
  return values;
}
