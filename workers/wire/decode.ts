/**
 * Reads the wire form. What comes in is not trusted: everything is checked before it is believed, and anything
 * wrong is a {@link WireError} that says what.
 */
import { inflateRawSync } from 'node:zlib';
import { ORDER_MASK, ORDER_SHIFT, PAGE_SERIES, strideOf } from '../../protocol/snapshot';
import type { Family, Layout, Page, PlacedPage, ScopeFamilies, Snapshot } from '../../protocol/snapshot';
import { WIRE_VERSION, type WireFamily, type WireHeader, type WirePage } from './format';
import { ByteReader } from './numbers';

export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(
    readonly code: 'VERSION' | 'MALFORMED' | 'TOO_LARGE' | 'MISSING_PAGES',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface DecodeOptions {
  /** Pages of this incarnation that the reader has from earlier snapshots, by id. */
  readonly known?: ReadonlyMap<number, Page>;
  /** Bytes that the payload may have once inflated; 256 MiB by default. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 256 * 1024 * 1024;
/** More numbers than this in one series, or bounds, is nothing that an instrument has. */
const MAX_STRIDE = 1 << 16;

/** @throws WireError */
export function decodeSnapshot(payload: string, options: DecodeOptions = {}): Snapshot {
  const reader = new ByteReader(inflate(payload, options.maxBytes ?? MAX_BYTES));
  try {
    return read(reader, options.known ?? new Map<number, Page>());
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError('MALFORMED', `not a snapshot: ${String(error)}`, { cause: error });
  }
}

/** The incarnation and the version are all that may be read of a payload before its pages are at hand. */
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

function read(reader: ByteReader, known: ReadonlyMap<number, Page>): Snapshot {
  const header = JSON.parse(reader.take(reader.take(4).readUInt32LE()).toString('utf8')) as WireHeader;
  if ((header.v as number) !== WIRE_VERSION) {
    throw new WireError('VERSION', `wire version ${String(header.v)}, expected ${WIRE_VERSION}`);
  }
  check(typeof header.incarnation === 'string' && typeof header.resource === 'string', 'incarnation or resource');
  check(Number.isFinite(header.time) && Number.isSafeInteger(header.generation), 'time or generation');
  JSON.parse(header.resource);
  const pages = new Map(known);
  for (const page of header.pages) pages.set(page.id, readPage(page, reader));
  const place = { numbers: 0 };
  const placed = header.scopes.map(({ families }) => families.map((family) => placePages(family, pages, place)));
  const orders = header.scopes.map(({ families }, s) =>
    families.map((family, f) => readOrder(family, placed[s]?.[f] ?? [], reader)),
  );
  // Every column takes a byte at least, and every page is at most so many series.
  check(place.numbers <= reader.left * PAGE_SERIES, 'too few columns for the pages named');
  const values = new Float64Array(place.numbers);
  for (const scope of placed) for (const family of scope) for (const page of family) readColumns(page, values, reader);
  check(reader.left === 0, `${reader.left} bytes too many`);
  const scopes = header.scopes.map(({ scope, families }, s): ScopeFamilies => ({
    scope,
    families: families.map((family, f) => toFamily(family, placed[s]?.[f] ?? [], orders[s]?.[f])),
  }));
  const { incarnation, generation, time, resource, stats } = header;
  return { incarnation, generation, time, resource, scopes, values, previous: undefined, stats };
}

function readPage({ id, size, layout, bytes }: WirePage, reader: ByteReader): Page {
  check(Number.isSafeInteger(id) && id >= 0, 'page id');
  check(Number.isInteger(size) && size > 0 && size <= PAGE_SERIES, `size of page ${id}`);
  check(Number.isSafeInteger(bytes) && bytes >= size, `length of page ${id}`);
  const attributes = Uint8Array.from(reader.take(bytes));
  let lines = 0;
  for (const byte of attributes) if (byte === 0x0a) lines++;
  check(lines === size && attributes[bytes - 1] === 0x0a, `number of series of page ${id}`);
  return { id, size, layout: readLayout(layout), attributes };
}

function readLayout(layout: Layout): Layout {
  switch (layout.kind) {
    case 'scalar':
      return layout;
    case 'histogram':
      check(layout.bounds.length <= MAX_STRIDE && isLength(layout.buckets), 'histogram layout');
      return { ...layout, bounds: layout.bounds.map(Number) };
    case 'exponential':
      check(isLength(layout.positive) && isLength(layout.negative), 'exponential layout');
      return layout;
    default:
      throw new WireError('MALFORMED', `unknown layout ${JSON.stringify(layout)}`);
  }
}

function isLength(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_STRIDE;
}

function placePages(family: WireFamily, pages: ReadonlyMap<number, Page>, place: { numbers: number }): PlacedPage[] {
  const missing = family.pages.filter((id) => !pages.has(id));
  if (missing.length > 0) {
    const name = JSON.stringify(family.descriptor.name);
    throw new WireError('MISSING_PAGES', `pages ${missing.join(', ')} of ${name} are neither sent nor known`);
  }
  return family.pages.map((id) => {
    const page = pages.get(id) as Page;
    const base = place.numbers;
    place.numbers += page.size * strideOf(page.layout);
    return { page, base };
  });
}

function readOrder(family: WireFamily, pages: readonly PlacedPage[], reader: ByteReader): Int32Array | undefined {
  if (family.order === undefined) return undefined;
  check(Number.isInteger(family.order) && family.order >= 0, 'order');
  const bytes = reader.take(family.order * 4);
  const order = new Int32Array(family.order);
  for (let i = 0; i < order.length; i++) {
    const entry = bytes.readInt32LE(i * 4);
    const page = pages[entry >> ORDER_SHIFT]?.page;
    check(page !== undefined && (entry & ORDER_MASK) < page.size, 'order names a series that is not there');
    order[i] = entry;
  }
  return order;
}

function readColumns({ page, base }: PlacedPage, values: Float64Array, reader: ByteReader): void {
  const stride = strideOf(page.layout);
  for (let i = 0; i < stride; i++) reader.column(values, base + i, stride, page.size);
}

function toFamily(family: WireFamily, pages: readonly PlacedPage[], order: Int32Array | undefined): Family {
  const { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime } = family;
  check(typeof descriptor.name === 'string' && Number.isInteger(dataPointType), 'descriptor');
  check(Array.isArray(endTime) && endTime.length === 2, 'end time');
  return { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, pages, order };
}

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new WireError('MALFORMED', `not a snapshot: ${what}`);
}
