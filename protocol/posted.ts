/**
 * A snapshot as it is posted from the main thread to a worker thread, where it is made a plain one again.
 *
 * What it costs to post a message are the objects in it and, more than linearly, the handles of shared memory. So all
 * that describes the snapshot crosses as bytes in shared memory, made once for as long as it stays the same; and pages,
 * however many, cross as the few pieces of memory that their texts stand in.
 */
import type { Descriptor, Scope } from './otel';
import type { Layout, Snapshot } from './snapshot';

export interface PostedSnapshot extends Omit<Snapshot, 'scopes'> {
  readonly contents: PostedContents;
  /** Two numbers per family, in the order of the catalogue: seconds, nanoseconds. */
  readonly endTimes: Float64Array;
}

/**
 * The same object for one snapshot after the other, until series, pages or families come, go or move. Immutable for as
 * long as anyone holds it; of the pieces, that is what the catalogue's pages refer to: other pages are added behind it.
 */
export interface PostedContents {
  /** A {@link Catalogue} in the form of `v8.serialize`, in shared memory. */
  readonly catalogue: Uint8Array;
  /** Pieces of memory, shared where the encoder has written them. */
  readonly texts: readonly Uint8Array[];
  /** The orders of all families that have one, one after the other, in shared memory. */
  readonly orders: Int32Array;
}

export interface Catalogue {
  readonly scopes: readonly { readonly scope: Scope; readonly families: readonly CatalogueFamily[] }[];
  readonly layouts: readonly Layout[];
  /** {@link PAGE_FIELDS} per page, in the order of the families. */
  readonly pages: Int32Array;
}

export interface CatalogueFamily {
  readonly descriptor: Descriptor;
  readonly dataPointType: number;
  readonly aggregationTemporality: number;
  readonly isMonotonic: boolean | undefined;
  /** How many pages it has. */
  readonly pages: number;
  /** Length of its order. */
  readonly order: number | undefined;
}

export const PAGE_ID = 0;
export const PAGE_SIZE = 1;
export const PAGE_BASE = 2;
/** Index into the layouts. */
export const PAGE_LAYOUT = 3;
/** Which piece its texts stand in, and where: offset and length in bytes. */
export const PAGE_TEXT = 4;
export const PAGE_TEXT_OFFSET = 5;
export const PAGE_TEXT_LENGTH = 6;
export const PAGE_FIELDS = 7;
