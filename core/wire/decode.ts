/**
 * Reads the wire form into shared memory. What comes in is not trusted: everything is checked before it is used, and
 * whatever is wrong is a {@link WireError} that says what.
 */
import { inflateRawSync } from 'node:zlib';
import type { ScopeFamilies, Snapshot } from '../snapshot';
import { messageOf } from '../values';
import { checkExemplarCount } from './exemplars';
import { placePages, readOrder, readStripes, toFamily, type Total } from './families';
import { readHeader } from './header';
import { ByteReader } from './numbers';
import { pagesInUse, readPages, type KnownPage, type PageOptions } from './pages';
import { SharedPiece } from './shared-piece';
import { check, WireError } from './wire-error';

export type { KnownPage } from './pages';
export { WireError } from './wire-error';

export interface DecodeOptions extends PageOptions {
  /** Most bytes of the inflated payload, and most bytes of its numbers; 256 MiB by default. */
  readonly maxBytes?: number;
  /** Most series of the snapshot; unlimited by default. */
  readonly maxSeries?: number;
  /** Most samples, which are the lines that an exposition as text would have; unlimited by default. */
  readonly maxSamples?: number;
}

export interface Decoded {
  /** New, in shared memory, and made of what was checked; it shares known pages. */
  readonly snapshot: Snapshot;
  /** The pages of the snapshot by the ids that the payload has for them. */
  readonly pages: ReadonlyMap<number, KnownPage>;
}

const MAX_BYTES = 256 * 1024 * 1024;
/** Most bytes of names and attributes that a snapshot with as many samples as are allowed may have per sample. */
const SAMPLE_BYTES = 512;

/** @throws WireError */
export function decodeSnapshot(payload: string, options: DecodeOptions = {}): Snapshot {
  return decodePayload(payload, options).snapshot;
}

/** @throws WireError */
export function decodePayload(payload: string, options: DecodeOptions = {}): Decoded {
  const { maxBytes = MAX_BYTES, maxSeries = Infinity, maxSamples = Infinity } = options;
  const reader = new ByteReader(inflate(payload, maxBytes));
  try {
    return read(reader, options, { maxBytes, maxSeries, maxSamples });
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
  readonly maxSamples: number;
}

function read(reader: ByteReader, options: DecodeOptions, limits: Limits): Decoded {
  const header = readHeader(reader.take(reader.take(4).readUInt32LE()));
  const inUse = pagesInUse(header);
  const pages = readPages(header.pages, inUse, options, reader);
  const total = { numbers: 0, series: 0, samples: 0, textBytes: 0 };
  const placed = header.scopes.map(({ scope, families }) =>
    families.map((family) => placePages(scope, family, pages, total)),
  );
  const families = header.scopes.flatMap((scope) => scope.families);
  const entries = families.reduce((sum, { order = 0 }) => sum + order, 0);
  checkTotal(total, limits);
  checkExemplarCount(header.scopes);
  check(entries * Int32Array.BYTES_PER_ELEMENT <= reader.left, `${entries} entries of orders, fewer bytes are left`);
  const memory = new SharedPiece(entries * Int32Array.BYTES_PER_ELEMENT);
  const orders = header.scopes.map(({ families }, s) =>
    families.map(({ order }, f) =>
      order === undefined ? undefined : readOrder(order, placed[s]?.[f] ?? [], reader, memory),
    ),
  );
  const values = new Float64Array(new SharedArrayBuffer(total.numbers * Float64Array.BYTES_PER_ELEMENT));
  for (const scope of placed) for (const family of scope) for (const page of family) readStripes(page, values, reader);
  check(reader.left === 0, `${reader.left} bytes too many`);
  const scopes = header.scopes.map(({ scope, families }, s): ScopeFamilies => ({
    scope,
    families: families.map((family, f) => toFamily(family, placed[s]?.[f] ?? [], orders[s]?.[f], values)),
  }));
  const { incarnation, generation, time, resource, stats } = header;
  return { snapshot: { incarnation, generation, time, resource, scopes, values, previous: undefined, stats }, pages };
}

/** The payload's length does not bound these: a thousand equal numbers of a stripe take nine bytes. */
function checkTotal(total: Total, { maxBytes, maxSeries, maxSamples }: Limits): void {
  const { numbers, series, samples, textBytes } = total;
  const tooMany = (what: string, limit: number): WireError =>
    new WireError('TOO_LARGE', `${what}, allowed are ${limit}`);
  if (series > maxSeries) throw tooMany(`${series} series`, maxSeries);
  const bytes = numbers * Float64Array.BYTES_PER_ELEMENT;
  if (bytes > maxBytes) throw tooMany(`${numbers} numbers of together ${bytes} bytes`, maxBytes);
  if (samples > maxSamples) throw tooMany(`${samples} samples`, maxSamples);
  const maxTextBytes = maxSamples * SAMPLE_BYTES;
  if (textBytes > maxTextBytes) throw tooMany(`${textBytes} bytes of names and attributes of samples`, maxTextBytes);
}
