/**
 * The rows that describe pages. As long as new series only add pages, the rows of the others are copied, and the layouts and
 * pieces of text in them keep their numbers.
 */
import {
  PAGE_BASE,
  PAGE_FIELDS,
  PAGE_ID,
  PAGE_LAYOUT,
  PAGE_SIZE,
  PAGE_TEXT,
  PAGE_TEXT_LENGTH,
  PAGE_TEXT_OFFSET,
} from '../../protocol/posted';
import type { Layout, PlacedPage } from '../../core/snapshot';
import type { Sliced } from '../../core/slicer';

/** By family: its pages. */
type Pages = readonly (readonly PlacedPage[])[];

export interface PageTable {
  readonly pages: Pages;
  /** {@link PAGE_FIELDS} per page. */
  readonly rows: Int32Array;
  /** Shared with the tables before and after it that have its pages: only ever added to. */
  readonly layouts: Numbering<Layout>;
  readonly texts: Numbering<ArrayBufferLike>;
}

/**
 * @param rows where the table is written
 * @param last the table before it
 */
export function* writePageTable(pages: Pages, rows: Int32Array, last: PageTable | undefined): Sliced<PageTable> {
  const kept = last !== undefined && areKept(last.pages, pages) ? last : emptyTable();
  const { layouts, texts } = kept;
  const table = { pages, rows, layouts, texts };
  let from = 0;
  let row = 0;
  for (const [index, own] of pages.entries()) {
    yield;
    const count = kept.pages[index]?.length ?? 0;
    rows.set(kept.rows.subarray(from * PAGE_FIELDS, (from + count) * PAGE_FIELDS), row * PAGE_FIELDS);
    for (let i = count; i < own.length; i++) writeRow(table, (row + i) * PAGE_FIELDS, own[i] as PlacedPage);
    from += count;
    row += own.length;
  }
  return table;
}

function emptyTable(): PageTable {
  return { pages: [], rows: new Int32Array(0), layouts: new Numbering(), texts: new Numbering() };
}

/** Whether all of the known pages are still there, as the first ones of their families. */
function areKept(known: Pages, pages: Pages): boolean {
  return known.every((some, index) => isStart(some, pages[index] ?? []));
}

function isStart(some: readonly PlacedPage[], all: readonly PlacedPage[]): boolean {
  if (some === all) return true;
  if (some.length > all.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== all[i]) return false;
  return true;
}

function writeRow({ rows, layouts, texts }: PageTable, row: number, { page, base }: PlacedPage): void {
  const { id, size, layout, attributes } = page;
  rows[row + PAGE_ID] = id;
  rows[row + PAGE_SIZE] = size;
  rows[row + PAGE_BASE] = base;
  rows[row + PAGE_LAYOUT] = layouts.of(layout);
  rows[row + PAGE_TEXT] = texts.of(attributes.buffer);
  rows[row + PAGE_TEXT_OFFSET] = attributes.byteOffset;
  rows[row + PAGE_TEXT_LENGTH] = attributes.length;
}

/** Numbers things as they come, from 0. */
class Numbering<T> {
  private readonly numbers = new Map<T, number>();

  of(thing: T): number {
    let number = this.numbers.get(thing);
    if (number === undefined) this.numbers.set(thing, (number = this.numbers.size));
    return number;
  }

  get all(): T[] {
    return [...this.numbers.keys()];
  }
}
