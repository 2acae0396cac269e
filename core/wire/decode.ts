/**
 * Reads the wire form into shared memory. What comes in is not trusted: everything is checked before it is used, and
 * whatever is wrong is a {@link WireError} that says what.
 */
import { inflateRawSync } from 'node:zlib';
import {
  EXP_NEGATIVE_LENGTH,
  EXP_POSITIVE_LENGTH,
  ORDER_MASK,
  ORDER_SHIFT,
  strideOf,
  type Family,
  type Layout,
  type Page,
  type PlacedPage,
  type ScopeFamilies,
  type Snapshot,
} from '../snapshot';
import { textsOf } from '../page-texts';
import { forEachSeries } from '../series';
import { isRecord, messageOf } from '../values';
import { check, checkHeader, isLayoutOf, WireError } from './check';
import type { WireFamily, WirePage } from './format';
import { ByteReader } from './numbers';

export { WireError } from './check';

export interface DecodeOptions {
  /** Pages which the reader has from earlier snapshots of the same incarnation, by id. */
  readonly known?: ReadonlyMap<number, Page>;
  /** Most bytes of the inflated payload, and most bytes of its numbers; 256 MiB by default. */
  readonly maxBytes?: number;
  /** Most series of the snapshot; unlimited by default. */
  readonly maxSeries?: number;
}

const MAX_BYTES = 256 * 1024 * 1024;

/** @throws WireError */
export function decodeSnapshot(payload: string, options: DecodeOptions = {}): Snapshot {
  const { known = new Map<number, Page>(), maxBytes = MAX_BYTES, maxSeries = Infinity } = options;
  const reader = new ByteReader(inflate(payload, maxBytes));
  try {
    return read(reader, known, { maxBytes, maxSeries });
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError('MALFORMED', `not a snapshot: ${messageOf(error)}`, { cause: error });
  }
}

function inflate(payload: string, maxOutputLength: number): Buffer {
  try {
    return inflateRawSync(Buffer.from(payload, 'base64'), { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new WireError('TOO_LARGE', `the payload inflates to more than ${maxOutputLength} bytes`, { cause: error });
    }
    throw new WireError('MALFORMED', 'the payload is not base64 of raw deflate', { cause: error });
  }
}

interface Limits {
  readonly maxBytes: number;
  readonly maxSeries: number;
}

function read(reader: ByteReader, known: ReadonlyMap<number, Page>, { maxBytes, maxSeries }: Limits): Snapshot {
  const header: unknown = JSON.parse(reader.take(reader.take(4).readUInt32LE()).toString('utf8'));
  checkHeader(header);
  const pages = new Map(known);
  for (const page of readPages(header.pages, reader)) pages.set(page.id, page);
  const total = { numbers: 0, series: 0 };
  const placed = header.scopes.map(({ families }) => families.map((family) => placePages(family, pages, total)));
  if (total.series > maxSeries) throw new WireError('TOO_LARGE', `${total.series} series, allowed are ${maxSeries}`);
  const entries = header.scopes.reduce((sum, { families }) => sum + entriesOf(families), 0);
  check(entries * Int32Array.BYTES_PER_ELEMENT <= reader.left, `${entries} entries of orders, fewer bytes are left`);
  const memory = new SharedPiece(entries * Int32Array.BYTES_PER_ELEMENT);
  const orders = header.scopes.map(({ families }, s) =>
    families.map((family, f) => readOrder(family, placed[s]?.[f] ?? [], reader, memory)),
  );
  // The payload's length does not bound this: a thousand equal numbers of a stripe take nine bytes.
  if (total.numbers * Float64Array.BYTES_PER_ELEMENT > maxBytes) {
    throw new WireError('TOO_LARGE', `${total.numbers} numbers take more than ${maxBytes} bytes`);
  }
  const values = new Float64Array(new SharedArrayBuffer(total.numbers * Float64Array.BYTES_PER_ELEMENT));
  for (const scope of placed) for (const family of scope) for (const page of family) readStripes(page, values, reader);
  check(reader.left === 0, `${reader.left} bytes too many`);
  const scopes = header.scopes.map(({ scope, families }, s): ScopeFamilies => ({
    scope,
    families: families.map((family, f) => toFamily(family, placed[s]?.[f] ?? [], orders[s]?.[f], values)),
  }));
  const { incarnation, generation, time, resource, stats } = header;
  return { incarnation, generation, time, resource, scopes, values, previous: undefined, stats };
}

/** One piece of shared memory for many arrays: a piece for each would cost more than the few bytes in it. */
class SharedPiece {
  private readonly memory: SharedArrayBuffer;
  private used = 0;

  constructor(bytes: number) {
    this.memory = new SharedArrayBuffer(bytes);
  }

  bytes(length: number): Uint8Array {
    this.used += length;
    return new Uint8Array(this.memory, this.used - length, length);
  }

  int32(length: number): Int32Array {
    const { buffer, byteOffset } = this.bytes(length * Int32Array.BYTES_PER_ELEMENT);
    return new Int32Array(buffer, byteOffset, length);
  }
}

function readPages(pages: readonly WirePage[], reader: ByteReader): Page[] {
  const length = pages.reduce((sum, { bytes }) => sum + bytes, 0);
  check(length <= reader.left, `${length} bytes of attributes, ${reader.left} are left`);
  const memory = new SharedPiece(length);
  return pages.map((page) => readPage(page, reader, memory));
}

function readPage({ id, size, layout, bytes }: WirePage, reader: ByteReader, memory: SharedPiece): Page {
  const attributes = memory.bytes(bytes);
  attributes.set(reader.take(bytes));
  const page: Page = { id, size, layout: readLayout(layout), attributes };
  // Checked once per page, at the cost of reading it once.
  for (const text of textsOf(page)) check(isRecord(JSON.parse(text)), `attributes on page ${id}`);
  return page;
}

function readLayout(layout: Layout): Layout {
  return layout.kind === 'histogram' ? { ...layout, bounds: layout.bounds.map(Number) } : layout;
}

/** What the families so far have of the value column, and how many series are present in them. */
interface Total {
  numbers: number;
  series: number;
}

/** Gives each page of a family the next space in the value column, and adds it to `total`. */
function placePages(family: WireFamily, pages: ReadonlyMap<number, Page>, total: Total): PlacedPage[] {
  const { dataPointType, descriptor } = family;
  const missing = family.pages.filter((id) => !pages.has(id));
  if (missing.length > 0) {
    const name = JSON.stringify(descriptor.name);
    throw new WireError('MISSING_PAGES', `pages ${missing.join(', ')} of ${name} are neither sent nor known`);
  }
  total.series += family.order ?? family.pages.reduce((sum, id) => sum + (pages.get(id) as Page).size, 0);
  return family.pages.map((id) => {
    const page = pages.get(id) as Page;
    check(isLayoutOf(dataPointType, page.layout), `page ${id} is not of the type of its family`);
    const base = total.numbers;
    total.numbers += page.size * strideOf(page.layout);
    return { page, base };
  });
}

function entriesOf(families: readonly WireFamily[]): number {
  return families.reduce((sum, { order = 0 }) => sum + order, 0);
}

function readOrder(
  family: WireFamily,
  pages: readonly PlacedPage[],
  reader: ByteReader,
  memory: SharedPiece,
): Int32Array | undefined {
  if (family.order === undefined) return undefined;
  const bytes = reader.take(family.order * 4);
  const order = memory.int32(family.order);
  for (let i = 0; i < order.length; i++) {
    const slot = bytes.readInt32LE(i * 4);
    const page = pages[slot >> ORDER_SHIFT]?.page;
    check(page !== undefined && (slot & ORDER_MASK) < page.size, 'order names a series that is not there');
    order[i] = slot;
  }
  return order;
}

function readStripes({ page, base }: PlacedPage, values: Float64Array, reader: ByteReader): void {
  const stride = strideOf(page.layout);
  for (let i = 0; i < stride; i++) reader.stripe(values, base + i, stride, page.size);
}

function toFamily(
  { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime }: WireFamily,
  pages: readonly PlacedPage[],
  order: Int32Array | undefined,
  values: Float64Array,
): Family {
  const family = { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, pages, order };
  forEachSeries(family, ({ layout }, _index, offset) => {
    if (layout.kind !== 'exponential') return;
    check(isWithin(values[offset + EXP_POSITIVE_LENGTH] as number, layout.positive), 'number of positive buckets');
    check(isWithin(values[offset + EXP_NEGATIVE_LENGTH] as number, layout.negative), 'number of negative buckets');
  });
  return family;
}

function isWithin(length: number, capacity: number): boolean {
  return Number.isInteger(length) && length >= 0 && length <= capacity;
}
