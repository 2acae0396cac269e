/**
 * The wire form of a snapshot, version 2: what an instance answers where the compact form is asked for.
 *
 * ```
 * base64 of raw deflate of: u32 LE length of the header | header (JSON, UTF-8) | attributes | orders | stripes
 * ```
 *
 * - attributes: the bytes of the pages that the receiver does not have, in the order of the header's `pages`
 * - orders: for each family that has one, as many int32 LE as the family's `order` says: the slots of its present series
 * - stripes: for each page of each family, one stripe per number of its layout, see numbers.ts
 */
import type { Aggregator, Descriptor, HrTime, Scope } from '../otel';
import type { ExporterStats, Layout } from '../snapshot';

export const WIRE_VERSION = 2;

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
  /** Ids of its pages. */
  readonly pages: readonly number[];
  /** How many slots its order has; absent if the family has no order. */
  readonly order?: number;
  readonly aggregator?: Aggregator;
  /** In ascending order of slot, then of bucket. */
  readonly exemplars?: readonly WireExemplar[];
}

/** The bucket is 0 for a sum, the time `null` for none. Values that JSON cannot write are strings, as in {@link WirePage}. */
export type WireExemplar = readonly [
  slot: number,
  bucket: number,
  value: number | string,
  time: number | null,
  labels: Readonly<Record<string, string>>,
];

/** A page whose attributes follow. Numbers that JSON cannot write are strings: `Infinity`, `-Infinity`, `NaN`, `-0`. */
export interface WirePage {
  readonly id: number;
  readonly size: number;
  readonly layout: Layout;
  /** Bytes of its attributes. */
  readonly bytes: number;
}

/** First and last page id, both included. */
export type PageRange = readonly [first: number, last: number];
