/** Reads the pages of a wire form: those that it sends, and those that the reader has. */
import { textsOf } from '../page-texts';
import type { Scope } from '../otel';
import type { Page } from '../snapshot';
import type { WireFamily, WireHeader, WirePage } from './format';
import { areAttributes } from './header';
import type { ByteReader } from './numbers';
import { SharedPiece } from './shared-piece';
import { check } from './wire-error';

/** A page, and the family that it belongs to: what is kept of a page may have the family's name in it. */
export interface KnownPage {
  readonly page: Page;
  /** All that tells the family from others, as text. */
  readonly family: string;
}

export interface PageOptions {
  /** Pages which the reader has from earlier snapshots of the same incarnation, by their id there. */
  readonly known?: ReadonlyMap<number, KnownPage>;
  /** The id for the first page that is sent; the others get the next ones. Without it pages have their own ids. */
  readonly firstPageId?: number | undefined;
}

/** @returns the ids of the families' pages, each of which belongs to one family, and the families as {@link KnownPage} has them */
export function pagesInUse({ scopes }: WireHeader): ReadonlyMap<number, string> {
  const inUse = new Map<number, string>();
  for (const { scope, families } of scopes) {
    for (const family of families) {
      const text = familyText(scope, family);
      for (const id of family.pages) {
        check(!inUse.has(id), `page ${id} is named twice`);
        inUse.set(id, text);
      }
    }
  }
  return inUse;
}

function familyText(scope: Scope, family: WireFamily): string {
  const { descriptor, dataPointType, aggregationTemporality, isMonotonic } = family;
  return JSON.stringify([scope, descriptor, dataPointType, aggregationTemporality, isMonotonic]);
}

/**
 * The pages that families name, sent or known, by id. One that is sent takes the place of a known one, whatever the rules
 * of the protocol say of it. A known one that belonged to another family gets a new id, like one that is sent.
 */
export function readPages(
  sent: readonly WirePage[],
  inUse: ReadonlyMap<number, string>,
  { known, firstPageId }: PageOptions,
  reader: ByteReader,
): Map<number, KnownPage> {
  const length = sent.reduce((sum, { id, bytes }) => sum + (inUse.has(id) ? bytes : 0), 0);
  check(length <= reader.left, `${length} bytes of attributes, ${reader.left} are left`);
  const memory = new SharedPiece(length);
  const pages = new Map<number, KnownPage>();
  const nextId = (id: number): number => (firstPageId === undefined ? id : firstPageId + pages.size);
  for (const page of sent) {
    const bytes = reader.take(page.bytes);
    check(!pages.has(page.id), `page ${page.id} is sent twice`);
    const family = inUse.get(page.id);
    if (family === undefined) continue;
    pages.set(page.id, { page: readPage({ ...page, id: nextId(page.id) }, bytes, memory), family });
  }
  for (const [id, family] of inUse) {
    const before = known?.get(id);
    if (before === undefined || pages.has(id)) continue;
    pages.set(id, before.family === family ? before : { page: { ...before.page, id: nextId(id) }, family });
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
