/** Writes a snapshot in its wire form: see format.ts. */
import { deflateRawSync } from 'node:zlib';
import { strideOf, type Family, type Layout, type Page, type Snapshot } from '../snapshot';
import { WIRE_VERSION, type PageRange, type WireFamily, type WireHeader } from './format';
import { ByteWriter } from './numbers';

/** The fastest level, and nearly as small as the higher ones: what the stripes' own encoding leaves is mostly noise. */
const DEFLATE_LEVEL = 1;

/** @param have ids of the pages that the receiver has already, which are not written */
export function encodeSnapshot(snapshot: Snapshot, have: readonly PageRange[]): string {
  const fresh: Page[] = [];
  const orders: Buffer[] = [];
  const stripes = new ByteWriter();
  const scopes = snapshot.scopes.map(({ scope, families }) => ({
    scope,
    families: families.map((family) => {
      for (const { page, base } of family.pages) {
        if (!isWithin(have, page.id)) fresh.push(page);
        const stride = strideOf(page.layout);
        for (let i = 0; i < stride; i++) stripes.stripe(snapshot.values, base + i, stride, page.size);
      }
      if (family.order !== undefined) orders.push(bytesOf(family.order));
      return wireFamily(family);
    }),
  }));
  const { incarnation, generation, time, resource, stats } = snapshot;
  const pages = fresh.map(({ id, size, layout, attributes }) => ({
    id,
    size,
    layout: writeLayout(layout),
    bytes: attributes.length,
  }));
  const header: WireHeader = { v: WIRE_VERSION, incarnation, generation, time, resource, stats, scopes, pages };
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const attributes = fresh.map((page) => bytesOf(page.attributes));
  const bytes = Buffer.concat([length, head, ...attributes, ...orders, stripes.finish()]);
  return deflateRawSync(bytes, { level: DEFLATE_LEVEL }).toString('base64');
}

function wireFamily(family: Family): WireFamily {
  const { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, pages, order } = family;
  const ids = pages.map(({ page }) => page.id);
  return {
    descriptor,
    dataPointType,
    aggregationTemporality,
    isMonotonic,
    endTime,
    pages: ids,
    ...(order !== undefined && { order: order.length }),
  };
}

function writeLayout(layout: Layout): Layout {
  if (layout.kind !== 'histogram') return layout;
  return { ...layout, bounds: layout.bounds.map(writeBound) as number[] };
}

function writeBound(bound: number): number | string {
  if (Object.is(bound, -0)) return '-0';
  return Number.isFinite(bound) ? bound : String(bound);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function isWithin(ranges: readonly PageRange[], id: number): boolean {
  return ranges.some(([first, last]) => id >= first && id <= last);
}
