/**
 * The snapshot: a process's metrics at one moment, as columns in shared memory.
 *
 * Written by the encoder on the main thread, read by worker threads; on the metrics server decoded from
 * the wire form. What a published snapshot refers to is immutable: pages for ever, columns until every task that was
 * given the snapshot has ended. Where it refers to nothing in its columns, the encoder may write for the next one
 * (`encoder/columns/columns.ts`).
 *
 * ```
 * Snapshot ─┬─ scopes[] ── families[] ─┬─ pages[] ── Page: attribute sets, immutable, known by id
 *           │                          └─ order?     which series are present, in which order
 *           ├─ values    Float64Array: `page.base + index * stride(layout)` is where a series' numbers stand
 *           └─ previous  the same columns at the last snapshot before it that is not interim
 * ```
 */
import type { Aggregator, Descriptor, HrTime, Scope } from './otel';

/** Series per page at the most. A page is what is written, sent and cached as one piece. */
export const PAGE_SERIES = 1024;

/**
 * What the numbers of one series mean, in this order; every series of a page has the same layout.
 * The first number is always the start time in epoch microseconds: a new one tells a reset. In `previous` it is
 * `NaN` (or lies beyond the array's end) where the series was not there at that time.
 *
 * - `scalar`: start, value
 * - `histogram`: start, count, sum, min, max, one count per bucket
 * - `exponential`: start, count, sum, min, max, scale, zeroCount, positive offset, positive length,
 *   negative offset, negative length, then as many bucket counts as the bucket capacities `positive` and
 *   `negative` together
 * - `summary`: start, count, sum, one value per quantile
 */
export type Layout = ScalarLayout | HistogramLayout | ExponentialLayout | SummaryLayout;

export interface ScalarLayout {
  readonly kind: 'scalar';
}

/** `sum`, `min` and `max` tell whether data points have that number at all: where they have not, it is unused. */
interface Moments {
  readonly sum: boolean;
  readonly min: boolean;
  readonly max: boolean;
}

export interface HistogramLayout extends Moments {
  readonly kind: 'histogram';
  /** Upper bounds in ascending order, `+Inf` not among them unless the instrument had it. */
  readonly bounds: readonly number[];
  /** How many bucket counts a series has: one more than bounds, or as many where the last bound is `+Inf`. */
  readonly buckets: number;
}

export interface ExponentialLayout extends Moments {
  readonly kind: 'exponential';
  /** Bucket capacity above zero: a series uses as much of it as its positive length says. */
  readonly positive: number;
  readonly negative: number;
}

export interface SummaryLayout {
  readonly kind: 'summary';
  /** 0 to 1, in ascending order. */
  readonly quantiles: readonly number[];
}

export const START = 0;
export const SCALAR_VALUE = 1;
export const SCALAR_STRIDE = 2;

/** Numbers that both kinds of histogram have, and summaries the first two of them. */
export const COUNT = 1;
export const SUM = 2;
export const MIN = 3;
export const MAX = 4;

export const HISTOGRAM_BUCKETS = 5;

export const EXP_SCALE = 5;
export const EXP_ZERO_COUNT = 6;
export const EXP_POSITIVE_OFFSET = 7;
export const EXP_POSITIVE_LENGTH = 8;
export const EXP_NEGATIVE_OFFSET = 9;
export const EXP_NEGATIVE_LENGTH = 10;
export const EXP_BUCKETS = 11;

export const SUMMARY_VALUES = 3;

/**
 * Bounds of what a metric may have, far above what instruments have. They bound what one process can cost those that read
 * its snapshot: a name, for instance, stands in the exposition once per series.
 */
/** Of a series: bounds, buckets of one sign, or quantiles. */
export const MAX_BUCKETS = 1 << 13;
/** Of an exponential histogram: OpenTelemetry's scales are -10 to 20, and its offsets have 32 bits. */
export const MAX_SCALE = 64;
export const MAX_OFFSET = 2 ** 31;
/** Of the names of metrics and scopes, of units and versions. */
export const MAX_NAME_CHARS = 1000;
export const MAX_DESCRIPTION_CHARS = 10_000;
/** Of the JSON text of a series' attributes, or of the resource's. */
export const MAX_SERIES_CHARS = 1024 * 1024;
/** Levels of an attribute set: itself, and arrays and objects within. */
export const MAX_DEPTH = 8;
/** Of a snapshot. */
export const MAX_EXEMPLARS = 10_000;
/** Of the names and values of an exemplar's labels together, in code points: OpenMetrics allows no more. */
export const MAX_EXEMPLAR_CHARS = 128;

/** How many numbers one series of that layout takes in a column. */
export function strideOf(layout: Layout): number {
  switch (layout.kind) {
    case 'scalar':
      return SCALAR_STRIDE;
    case 'histogram':
      return HISTOGRAM_BUCKETS + layout.buckets;
    case 'exponential':
      return EXP_BUCKETS + layout.positive + layout.negative;
    case 'summary':
      return SUMMARY_VALUES + layout.quantiles.length;
  }
}

/** The attribute sets of up to {@link PAGE_SERIES} series of one family. Immutable. */
export interface Page {
  /** Unique within an incarnation, ascending, never used again. */
  readonly id: number;
  readonly layout: Layout;
  /** How many series the page holds. */
  readonly size: number;
  /**
   * UTF-8: per series the JSON text of its attributes object, keys in the order of the object, ended by a
   * line feed. In the process that wrote it, a part of a larger piece of shared memory, in which other texts are
   * written while this one is read.
   */
  readonly attributes: Uint8Array;
}

/** Where a page stands in one snapshot. The page stays the same; where it stands changes when columns are packed anew. */
export interface PlacedPage {
  readonly page: Page;
  /** Offset of its first series. */
  readonly base: number;
}

/** Order entries are `pageIndex << ORDER_SHIFT | indexInPage`. */
export const ORDER_SHIFT = 10;
export const ORDER_MASK = PAGE_SERIES - 1;

/**
 * The exemplars of a family, in ascending order of their slots, then of their buckets. A series of a sum has at most one, one
 * of a histogram at most one per bucket. Two objects, however many they are: they are posted with each snapshot.
 */
export interface FamilyExemplars {
  /** {@link EXEMPLAR_FIELDS} per exemplar. */
  readonly numbers: Float64Array;
  /** Per exemplar the JSON text of its attributes, whose values are strings, ended by a line feed. */
  readonly attributes: string;
}

export const EXEMPLAR_SLOT = 0;
/** Index of the bucket; 0 for a sum. */
export const EXEMPLAR_BUCKET = 1;
export const EXEMPLAR_VALUE = 2;
/** Epoch seconds; `NaN` where it has no time. */
export const EXEMPLAR_TIME = 3;
export const EXEMPLAR_FIELDS = 4;

/** One metric of one instrumentation scope. */
export interface Family {
  readonly descriptor: Descriptor;
  readonly dataPointType: number;
  readonly aggregationTemporality: number;
  readonly isMonotonic: boolean | undefined;
  readonly endTime: HrTime;
  readonly pages: readonly PlacedPage[];
  /**
   * The series that are present, in the order of the data points. `undefined` is the common case: all
   * series of all pages, in page order. Shared memory in the process that wrote it.
   */
  readonly order: Int32Array | undefined;
  /** The metric's own rule for the cluster view. */
  readonly aggregator?: Aggregator | undefined;
  /** Nearly always there are none. */
  readonly exemplars?: FamilyExemplars | undefined;
}

export interface ScopeFamilies {
  readonly scope: Scope;
  readonly families: readonly Family[];
}

/** What the exporter says about itself. */
export interface ExporterStats {
  /** The interval between two collections that is in force, in milliseconds. */
  readonly intervalMs: number;
  /** Main-thread time that one collection takes, in milliseconds, as far as it can be told from other work. */
  readonly collectMs: number;
  /** Series present in this snapshot. */
  readonly series: number;
  /** Series of this snapshot that were left out, for the limit or for being malformed. */
  readonly droppedSeries: number;
  /** Exemplars of this snapshot that were left out: for the limit, for the length of their labels, or for being malformed. */
  readonly droppedExemplars: number;
  /** Metrics of which OpenTelemetry's SDK has put further series into a single one. Earlier exporters do not tell. */
  readonly overflowedMetrics?: number;
  /** Series that were forgotten in the life of the process: they had not changed for `forgetAfterMs`. Left out if it is 0. */
  readonly forgottenSeries?: number;
}

/** The numbers of an earlier snapshot, at the same offsets. */
export interface PreviousNumbers {
  readonly generation: number;
  readonly time: number;
  readonly values: Float64Array;
}

export interface Snapshot {
  /** Tells one encoder's life from all others: page ids mean something only within it. */
  readonly incarnation: string;
  /** Counts the snapshots of an incarnation, from 1. */
  readonly generation: number;
  /** When it was collected, epoch milliseconds. */
  readonly time: number;
  /** JSON text of the resource's attributes. */
  readonly resource: string;
  readonly scopes: readonly ScopeFamilies[];
  readonly values: Float64Array;
  readonly previous: PreviousNumbers | undefined;
  readonly stats: ExporterStats;
}
