/**
 * The wire form of a snapshot, version 1: what an instance sends to whoever asks for the compact form.
 *
 * ```
 * base64 of raw deflate of: u32 LE length of the header | header (JSON, UTF-8) | attributes | orders | columns
 * ```
 *
 * - attributes: the bytes of the pages that the receiver does not have, in the order of the header's `pages`
 * - orders: per family that has one, `order` int32 LE
 * - columns: per page of each family in turn, one column per number of its layout, see numbers.ts
 */
import type { Descriptor, HrTime, Scope } from '../otel';
import type { ExporterStats, Layout } from '../snapshot';

export const WIRE_VERSION = 1;

export interface WireHeader {
  readonly v: typeof WIRE_VERSION;
  readonly incarnation: string;
  readonly generation: number;
  readonly time: number;
  /** JSON text of the resource's attributes. */
  readonly resource: string;
  readonly stats: ExporterStats;
  readonly scopes: readonly WireScope[];
  readonly pages: readonly WirePage[];
}

export interface WireScope {
  readonly scope: Scope;
  readonly families: readonly WireFamily[];
}

export interface WireFamily {
  readonly descriptor: Descriptor;
  readonly dataPointType: number;
  readonly aggregationTemporality: number;
  readonly isMonotonic?: boolean | undefined;
  readonly endTime: HrTime;
  /** Page ids. */
  readonly pages: readonly number[];
  /** Number of order entries, where the family has an order. */
  readonly order?: number;
}

/** `bounds` that JSON can't write are strings: `Infinity`, `-Infinity`, `NaN`, `-0`. */
export interface WirePage {
  readonly id: number;
  readonly size: number;
  readonly layout: Layout;
  readonly bytes: number;
}

/** First and last page id, both included. */
export type PageRange = readonly [first: number, last: number];
