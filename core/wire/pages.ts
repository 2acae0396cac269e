/** Reads the pages of a wire form: those that it sends, and those that the reader has. */
import { textsOf } from '../page-texts';
import type { Page } from '../snapshot';
import type { DecodeOptions } from './decode';
import type { WireHeader, WirePage } from './format';
import { areAttributes } from './header';
import type { ByteReader } from './numbers';
import { SharedPiece } from './shared-piece';
import { check } from './wire-error';

/** @returns the ids of the families' pages, each of which belongs to one family */
export function pagesInUse({ scopes }: WireHeader): ReadonlySet<number> {
  const inUse = new Set<number>();
  for (const { families } of scopes) {
    for (const { pages } of families) {
      for (const id of pages) {
        check(!inUse.has(id), `page ${id} is named twice`);
        inUse.add(id);
      }
    }
  }
  return inUse;
}

/**
 * The pages that families name, sent or known, by id. One that is sent takes the place of a known one, whatever the rules
 * of the protocol say of it.
 */
export function readPages(
  sent: readonly WirePage[],
  inUse: ReadonlySet<number>,
  { known, firstPageId }: Pick<DecodeOptions, 'known' | 'firstPageId'>,
  reader: ByteReader,
): Map<number, Page> {
  const length = sent.reduce((sum, { id, bytes }) => sum + (inUse.has(id) ? bytes : 0), 0);
  check(length <= reader.left, `${length} bytes of attributes, ${reader.left} are left`);
  const memory = new SharedPiece(length);
  const pages = new Map<number, Page>();
  for (const page of sent) {
    const bytes = reader.take(page.bytes);
    check(!pages.has(page.id), `page ${page.id} is sent twice`);
    if (!inUse.has(page.id)) continue;
    const id = firstPageId === undefined ? page.id : firstPageId + pages.size;
    pages.set(page.id, readPage({ ...page, id }, bytes, memory));
  }
  for (const id of inUse) {
    const page = known?.get(id);
    if (page !== undefined && !pages.has(id)) pages.set(id, page);
  }
  return pages;
}

function readPage({ id, size, layout }: WirePage, bytes: Buffer, memory: SharedPiece): Page {
  const attributes = memory.bytes(bytes.length);
  attributes.set(bytes);
  const page: Page = { id, size, layout, attributes };
  // Checked once per page, at the cost of reading it once.
  for (const text of textsOf(page)) check(areAttributes(text), `attributes on page ${id}`);
  return page;
}
