/** Writes a snapshot in its wire form: see format.ts. */
import { deflateRawSync } from 'node:zlib';
import { base64Pieces, lengthOf, TextPieces } from '../pieces';
import { strideOf, type Family, type Layout, type Page, type Snapshot } from '../snapshot';
import { writeExemplars, writeNumber } from './exemplars';
import { WIRE_VERSION, type PageRange, type WireFamily, type WirePage } from './format';
import { ByteWriter } from './numbers';

/** The fastest level, and nearly as small as the higher ones: what the stripes' own encoding leaves is mostly noise. */
const DEFLATE_LEVEL = 1;
/** Fewer and larger pieces of the result than by default, which are joined. */
const DEFLATE_CHUNK_BYTES = 256 * 1024;

/** The wire form as one string: for snapshots of a known size. Its bytes are those of {@link encodePieces}. */
export function encodeSnapshot(snapshot: Snapshot, have: readonly PageRange[]): string {
  return Buffer.concat(encodePieces(snapshot, have)).toString('latin1');
}

/**
 * The wire form as the bytes of its text, in pieces: neither it nor what it is made of is ever one object on the heap.
 * @param have ids of the pages that the receiver has already, which are not written
 */
export function encodePieces(snapshot: Snapshot, have: readonly PageRange[]): Buffer[] {
  const fresh: Page[] = [];
  const orders: Buffer[] = [];
  const stripes = new ByteWriter();
  for (const { families } of snapshot.scopes) {
    for (const { pages, order } of families) {
      for (const { page, base } of pages) {
        if (!isWithin(have, page.id)) fresh.push(page);
        const stride = strideOf(page.layout);
        for (let i = 0; i < stride; i++) stripes.stripe(snapshot.values, base + i, stride, page.size);
      }
      if (order !== undefined) orders.push(bytesOf(order));
    }
  }
  const head = headerPieces(snapshot, fresh);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(lengthOf(head));
  const attributes = fresh.map((page) => bytesOf(page.attributes));
  const bytes = Buffer.concat([[length], head, attributes, orders, [stripes.finish()]].flat());
  return base64Pieces(deflateRawSync(bytes, { level: DEFLATE_LEVEL, chunkSize: DEFLATE_CHUNK_BYTES }));
}

/** The JSON text of the {@link WireHeader}. */
function headerPieces(snapshot: Snapshot, fresh: readonly Page[]): Buffer[] {
  const { incarnation, generation, time, resource, stats, scopes } = snapshot;
  const text = new TextPieces();
  const head = JSON.stringify({ v: WIRE_VERSION, incarnation, generation, time, resource, stats });
  text.add(`${head.slice(0, -1)},"scopes":[`);
  scopes.forEach(({ scope, families }, at) => {
    text.add(`${at === 0 ? '' : ','}{"scope":${JSON.stringify(scope)},"families":[`);
    families.forEach((family, index) => text.add((index === 0 ? '' : ',') + JSON.stringify(wireFamily(family))));
    text.add(']}');
  });
  text.add('],"pages":[');
  fresh.forEach((page, index) => text.add((index === 0 ? '' : ',') + JSON.stringify(wirePage(page))));
  text.add(']}');
  return text.finish();
}

function wirePage({ id, size, layout, attributes }: Page): WirePage {
  return { id, size, layout: writeLayout(layout), bytes: attributes.length };
}

function wireFamily(family: Family): WireFamily {
  const { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, pages, order } = family;
  const { aggregator, exemplars } = family;
  const ids = pages.map(({ page }) => page.id);
  return {
    descriptor,
    dataPointType,
    aggregationTemporality,
    isMonotonic,
    endTime,
    pages: ids,
    ...(order !== undefined && { order: order.length }),
    ...(aggregator !== undefined && { aggregator }),
    ...(exemplars !== undefined && { exemplars: writeExemplars(exemplars) }),
  };
}

function writeLayout(layout: Layout): Layout {
  if (layout.kind !== 'histogram') return layout;
  return { ...layout, bounds: layout.bounds.map(writeNumber) as number[] };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function isWithin(ranges: readonly PageRange[], id: number): boolean {
  return ranges.some(([first, last]) => id >= first && id <= last);
}
