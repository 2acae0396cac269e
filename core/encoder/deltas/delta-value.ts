/**
 * The value of one data point of delta temporality. It is foreign, and is read and checked as a whole before any number of
 * its series changes: a malformed data point leaves its series as it is.
 */
import type { ExponentialHistogramValue, HistogramValue } from '../../otel';
import { DEFAULT_MAX_SIZE, ExponentialMerge } from '../../exponential/merge';
import { moveExponential } from '../../exponential/move';
import {
  COUNT,
  HISTOGRAM_BUCKETS,
  MAX,
  MIN,
  SCALAR_VALUE,
  START,
  SUM,
  strideOf,
  type ExponentialLayout,
  type HistogramLayout,
  type Layout,
} from '../../snapshot';
import {
  fits,
  hasBounds,
  layoutFor,
  roundUpCapacity,
  writeExponential,
  writeHistogramCounts,
  writeMoments,
  writeScalar,
  type LayoutKind,
} from '../columns/layouts';

export class DeltaValue {
  /** The numbers as a column has them. */
  private values = new Float64Array(64);
  layout: Layout = { kind: 'scalar' };
  private readonly merge = new ExponentialMerge();

  /**
   * @param known a layout that may fit
   * @throws TypeError for a malformed value, and whatever reading it throws
   */
  read(kind: LayoutKind, value: unknown, known: Layout | undefined): void {
    if (kind === 'scalar') {
      this.layout = layoutFor(kind, value);
      writeScalar(this.values, 0, value as number);
      return;
    }
    const layout = known !== undefined && fits(known, value) ? known : layoutFor(kind, value);
    if (strideOf(layout) > this.values.length) this.values = new Float64Array(2 * strideOf(layout));
    if (layout.kind === 'exponential') {
      writeExponential(this.values, 0, layout, value as ExponentialHistogramValue);
    } else if (layout.kind === 'histogram') {
      writeMoments(this.values, 0, value as HistogramValue);
      writeHistogramCounts(this.values, 0, layout.buckets, (value as HistogramValue).buckets.counts);
    }
    this.layout = layout;
  }

  /** Writes the first numbers of a series, whose layout is that of the value. @param start epoch microseconds */
  begin(values: Float64Array, offset: number, start: number): void {
    this.values[START] = start;
    const stride = strideOf(this.layout);
    for (let i = 0; i < stride; i++) values[offset + i] = this.values[i] as number;
  }

  /** Adds the value of a sum, or replaces that of a gauge. */
  addScalar(values: Float64Array, offset: number, replaces: boolean): void {
    const at = offset + SCALAR_VALUE;
    const value = this.values[SCALAR_VALUE] as number;
    values[at] = replaces ? value : (values[at] as number) + value;
  }

  /**
   * Adds the value of a histogram to the numbers of its series.
   * @param layout of the series
   * @param maxSize buckets that an exponential histogram has at the most
   * @returns the same layout if the value was added. Otherwise nothing has changed, and it is a layout with room for the value
   */
  addHistogram(values: Float64Array, offset: number, layout: Layout, maxSize = DEFAULT_MAX_SIZE): Layout {
    const { layout: own } = this;
    if (own.kind === 'histogram' && layout.kind === 'histogram') {
      if (!hasSameBuckets(layout, own)) return own;
      if (lacksMoments(layout, own)) return withMoments(layout, own);
      this.addMoments(values, offset, layout, own);
      for (let i = HISTOGRAM_BUCKETS; i < HISTOGRAM_BUCKETS + layout.buckets; i++) {
        values[offset + i] = (values[offset + i] as number) + (this.values[i] as number);
      }
    } else if (own.kind === 'exponential' && layout.kind === 'exponential') {
      const { merge } = this;
      merge.merge({ values, at: offset, layout }, { values: this.values, at: 0, layout: own }, maxSize);
      if (!merge.fits(layout)) {
        const positive = roundUpCapacity(Math.max(layout.positive, merge.positive.length));
        const negative = roundUpCapacity(Math.max(layout.negative, merge.negative.length));
        return withMoments({ ...layout, positive, negative }, own);
      }
      merge.write(values, offset, layout);
    }
    return layout;
  }

  private addMoments(values: Float64Array, offset: number, layout: HistogramLayout, own: HistogramLayout): void {
    const count = this.values[COUNT] as number;
    values[offset + COUNT] = (values[offset + COUNT] as number) + count;
    values[offset + SUM] = (values[offset + SUM] as number) + (this.values[SUM] as number);
    if (own.min && layout.min) {
      values[offset + MIN] = Math.min(values[offset + MIN] as number, this.values[MIN] as number);
    }
    if (own.max && layout.max) {
      values[offset + MAX] = Math.max(values[offset + MAX] as number, this.values[MAX] as number);
    }
  }
}

/** Whether what a series has counted goes on in the other layout: it has the same buckets, or may have more of them. */
export function goesOnIn(before: Layout, after: Layout): boolean {
  return (
    before.kind === 'exponential' ||
    (after.kind === 'histogram' && before.kind === 'histogram' && hasSameBuckets(before, after))
  );
}

/** Writes what a series has counted to another place, in a layout with more room. */
export function moveNumbers(values: Float64Array, from: number, before: Layout, to: number, after: Layout): void {
  if (before.kind === 'exponential' && after.kind === 'exponential') {
    moveExponential({ values, at: from, layout: before }, { values, at: to, layout: after });
  } else if (before.kind === 'histogram' && after.kind === 'histogram') {
    values.copyWithin(to, from, from + strideOf(before));
  }
  if (before.kind === 'scalar' || before.kind === 'summary') return;
  // The series had no minimum or maximum until now: any first one is lower, or higher, than these.
  if (!before.min) values[to + MIN] = Infinity;
  if (!before.max) values[to + MAX] = -Infinity;
}

export function isSameLayout(some: Layout, other: Layout): boolean {
  // Summaries have no deltas: no quantile follows from those of two intervals.
  if (some.kind === 'summary' || other.kind === 'summary') return false;
  if (some.kind === 'scalar' || other.kind === 'scalar') return some.kind === other.kind;
  if (some.sum !== other.sum || some.min !== other.min || some.max !== other.max) return false;
  if (some.kind === 'histogram' && other.kind === 'histogram') return hasSameBuckets(some, other);
  if (some.kind !== 'exponential' || other.kind !== 'exponential') return false;
  return some.positive === other.positive && some.negative === other.negative;
}

function hasSameBuckets(some: HistogramLayout, other: HistogramLayout): boolean {
  return some === other || (some.buckets === other.buckets && hasBounds(some, other.bounds));
}

type Histogram = HistogramLayout | ExponentialLayout;

function lacksMoments(layout: Histogram, own: Histogram): boolean {
  return (own.sum && !layout.sum) || (own.min && !layout.min) || (own.max && !layout.max);
}

function withMoments<T extends Histogram>(layout: T, own: Histogram): T {
  return { ...layout, sum: layout.sum || own.sum, min: layout.min || own.min, max: layout.max || own.max };
}
