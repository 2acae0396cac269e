/**
 * A snapshot as it is posted from the main thread to a worker thread, which makes a plain snapshot of it again.
 *
 * Posting a message costs time for each object in it and, more than linearly, for each handle of shared memory. So all
 * that describes the snapshot crosses as bytes and numbers in shared memory, made once for as long as it stays the same;
 * and pages, however many, cross as the few pieces of memory in which their texts stand.
 */
import type { FamilyExemplars, Snapshot } from '../core/snapshot';

export interface PostedSnapshot extends Omit<Snapshot, 'scopes'> {
  readonly contents: PostedContents;
  /** Two numbers per family: seconds, nanoseconds. */
  readonly endTimes: Float64Array;
  /** By index of the family. Nearly always there are none. */
  readonly exemplars: readonly (readonly [family: number, exemplars: FamilyExemplars])[];
}

/**
 * The same object for one snapshot after the other, until series, pages or families come, go or move. It does not change,
 * except that further texts are added to the pieces, behind those that these pages refer to.
 */
export interface PostedContents {
  /** {@link SerializedList} of, per scope: the scope, how many families it has, their descriptors. */
  readonly heads: SerializedList;
  /** {@link SerializedList} of layouts. */
  readonly layouts: SerializedList;
  /** {@link FAMILY_FIELDS} per family, in the order of the heads. */
  readonly families: Int32Array;
  /** {@link PAGE_FIELDS} per page, in the order of the families. */
  readonly pages: Int32Array;
  /** Orders shorter than {@link LONG_ORDER}, one after the other, in the order of the families. */
  readonly shortOrders: Int32Array;
  /** The others, as they are. */
  readonly longOrders: readonly Int32Array[];
  /** Pieces of memory, shared where the encoder has written them. Without views of them, which cost as much again. */
  readonly texts: readonly ArrayBufferLike[];
}

/** In the form of `v8.Serializer`, in shared memory: how many values there are, then each of them. */
export type SerializedList = Uint8Array;

export const FAMILY_TYPE = 0;
export const FAMILY_TEMPORALITY = 1;
/** 1 or 0, {@link NONE} where it is undefined. */
export const FAMILY_MONOTONIC = 2;
/** How many pages it has. */
export const FAMILY_PAGES = 3;
/** Length of its order, {@link NONE} for a family without one. */
export const FAMILY_ORDER = 4;
/** Index of its rule in {@link AGGREGATORS}, {@link NONE} where it has none. */
export const FAMILY_AGGREGATOR = 5;
export const FAMILY_FIELDS = 6;
export const NONE = -1;

export const PAGE_ID = 0;
export const PAGE_SIZE = 1;
export const PAGE_BASE = 2;
/** Which of the layouts. */
export const PAGE_LAYOUT = 3;
/** Which piece its texts stand in, and where: offset and length in bytes. */
export const PAGE_TEXT = 4;
export const PAGE_TEXT_OFFSET = 5;
export const PAGE_TEXT_LENGTH = 6;
export const PAGE_FIELDS = 7;

export const LONG_ORDER = 4096;
