/** The text of one page's series, kept from rendering to rendering: only numbers that have changed are written. */
import {
  COUNT,
  HISTOGRAM_BUCKETS,
  SCALAR_STRIDE,
  SCALAR_VALUE,
  SUM,
  strideOf,
  type HistogramLayout,
  type Page,
} from '../../../core/snapshot';
import type { ChangedLines } from './lines/changed-lines';
import type { FindForbidden } from './official/forbidden';
import { LeftOut } from './official/left-out';
import { NumberedLines } from './lines/numbered-lines';
import { histogramLines, type HistogramLines } from './official/official';
import type { Output } from './output';

/**
 * How long blocks of a text are. The numbers of scalars seldom get another length: one block takes about a whole page. The
 * sums of histograms do so nearly always, which moves half of a block.
 */
const BLOCK_OF_SCALARS = 192 * 1024;
const BLOCK_OF_HISTOGRAMS = 64 * 1024;

/** Count and sum of a summary always have a line. */
const SUMMARY_MOMENTS = 2;

const NO_LINES: HistogramLines = { count: false, sum: false, buckets: 0 };

/** A page in one format: its series as bytes, one behind the other. */
export interface ShownPage {
  /** Series that the last update has found to be forbidden; `undefined` if all are shown, whatever their numbers are. */
  readonly leftOut?: LeftOut | undefined;
  /** Bytes that the series `from` to `to`, not included, take. */
  lengthOf(from: number, to: number): number;
  /** Writes the series `from` to `to`, not included, or lends their bytes. */
  writeTo(out: Output, from: number, to: number): void;
}

/** What is kept of one page in one format. */
export interface PageRendering extends ShownPage {
  /** Bytes of memory, about. */
  readonly held: number;
  /**
   * Brings it up to date. A rendering whose update has thrown is of no use any more.
   *
   * @param base index in `values` of the page's first number
   */
  update(values: Float64Array, base: number): void;
}

export interface PageTextOptions {
  /** Which lines a series has, if it is a histogram; the official serializer's by default. */
  readonly histogram?: HistogramLines;
  /** Finds the series that the format forbids: they have no bytes. By default there are none. */
  readonly forbidden?: FindForbidden;
}

export class PageText implements PageRendering {
  readonly leftOut: LeftOut | undefined;
  private readonly histogram: HistogramLines;
  private readonly text: NumberedLines;
  /** How many lines one series has. */
  private readonly lines: number;
  /** How many of these are its count and its sum: the first ones. */
  private readonly moments: number;

  /** @param text the lines of all series, with 0 for every number */
  constructor(
    private readonly page: Page,
    text: string,
    private readonly options: PageTextOptions = {},
  ) {
    const { layout, size } = page;
    this.leftOut = options.forbidden && new LeftOut(size);
    this.histogram = options.histogram ?? (layout.kind === 'histogram' ? histogramLines(layout) : NO_LINES);
    const { count, sum, buckets } = this.histogram;
    this.moments = layout.kind === 'summary' ? SUMMARY_MOMENTS : Number(count) + Number(sum);
    this.lines =
      layout.kind === 'scalar' ? 1 : this.moments + (layout.kind === 'summary' ? layout.quantiles.length : buckets);
    const blockBytes = layout.kind === 'scalar' ? BLOCK_OF_SCALARS : BLOCK_OF_HISTOGRAMS;
    this.text = new NumberedLines(text, size * this.lines, blockBytes);
  }

  get held(): number {
    return this.text.held;
  }

  lengthOf(from: number, to: number): number {
    let length = 0;
    for (const [first, end] of this.shownLines(from, to)) length += this.text.lengthOf(first, end);
    return length;
  }

  writeTo(out: Output, from: number, to: number): void {
    for (const [first, end] of this.shownLines(from, to)) this.text.writeTo(out, first, end);
  }

  /** The lines of the series `from` to `to`, without those that are left out. */
  private *shownLines(from: number, to: number): Generator<readonly [first: number, end: number], void> {
    const { lines, leftOut, moments } = this;
    let shown = from * lines;
    for (let index = from; leftOut?.any === true && index < to; index++) {
      const reason = leftOut.reasonOf(index);
      if (reason === undefined) continue;
      const first = index * lines;
      if (first > shown) yield [shown, first];
      shown = first + (reason === 'sum' ? moments : lines);
    }
    if (to * lines > shown) yield [shown, to * lines];
  }

  update(values: Float64Array, base: number): void {
    const { layout } = this.page;
    if (layout.kind === 'scalar') {
      this.text.update((changed, shown) => changed.addDiffering(shown, values, base + SCALAR_VALUE, SCALAR_STRIDE));
    } else if (layout.kind === 'histogram') {
      this.text.update((changed, shown) => this.findHistograms(changed, shown, layout, values, base));
    } else if (layout.kind === 'summary') {
      this.text.update((changed, shown) => findSummaries(changed, shown, values, base, this.lines));
    }
    if (this.leftOut === undefined) return;
    this.leftOut.clear();
    this.options.forbidden?.(this.page, values, base, this.leftOut);
  }

  private findHistograms(
    changed: ChangedLines,
    shown: Float64Array,
    layout: HistogramLayout,
    values: Float64Array,
    base: number,
  ): void {
    const stride = strideOf(layout);
    const { count: hasCount, sum: hasSum, buckets } = this.histogram;
    const end = base + this.page.size * stride;
    let line = 0;
    for (let offset = base; offset < end; offset += stride) {
      if (hasCount) {
        const count = values[offset + COUNT] as number;
        if (count !== shown[line]) changed.add(line, count);
        line++;
      }
      if (hasSum) {
        const sum = values[offset + SUM] as number;
        if (sum !== shown[line]) changed.add(line, sum);
        line++;
      }
      let cumulative = 0;
      for (let at = offset + HISTOGRAM_BUCKETS, last = at + buckets; at < last; at++, line++) {
        cumulative += values[at] as number;
        if (cumulative !== shown[line]) changed.add(line, cumulative);
      }
    }
  }
}

/** All numbers of a summary but its start have a line, in their order. */
function findSummaries(
  changed: ChangedLines,
  shown: Float64Array,
  values: Float64Array,
  base: number,
  lines: number,
): void {
  for (let line = 0, at = base + COUNT; line < shown.length; at++) {
    for (const end = line + lines; line < end; line++, at++) {
      const value = values[at] as number;
      if (value !== shown[line]) changed.add(line, value);
    }
  }
}
