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
import type { ChangedLines } from './changed-lines';
import { NumberedLines } from './numbered-lines';
import { histogramLines, type HistogramLines } from './official';
import type { Output } from './output';

/**
 * How long blocks of a text are. The numbers of scalars seldom get another length: one block takes about a whole page. The
 * sums of histograms do so nearly always, which moves half of a block.
 */
const BLOCK_OF_SCALARS = 192 * 1024;
const BLOCK_OF_HISTOGRAMS = 64 * 1024;

const NO_LINES: HistogramLines = { count: false, sum: false, buckets: 0 };

/** What is kept of one page in one format: its series as bytes, one behind the other. */
export interface PageRendering {
  /** Bytes of memory, about. */
  readonly held: number;
  /** Why some of its series are not shown; `undefined` if all are. */
  readonly problem?: string | undefined;
  /**
   * Brings it up to date. A rendering whose update has thrown is of no use any more.
   *
   * @param base index in `values` of the page's first number
   */
  update(values: Float64Array, base: number): void;
  /** Bytes that the series `from` to `to`, not included, take. */
  lengthOf(from: number, to: number): number;
  /** Writes the series `from` to `to`, not included, or lends their bytes. */
  writeTo(out: Output, from: number, to: number): void;
}

export class PageText implements PageRendering {
  private readonly histogram: HistogramLines;
  private readonly text: NumberedLines;
  /** How many lines one series has. */
  private readonly lines: number;

  /**
   * @param text the lines of all series, with 0 for every number
   * @param histogram which lines a series has, if it is a histogram; the official serializer's by default
   */
  constructor(
    private readonly page: Page,
    text: string,
    histogram?: HistogramLines,
  ) {
    const { layout, size } = page;
    this.histogram = histogram ?? (layout.kind === 'histogram' ? histogramLines(layout) : NO_LINES);
    const { count, sum, buckets } = this.histogram;
    this.lines = layout.kind === 'scalar' ? 1 : Number(count) + Number(sum) + buckets;
    const blockBytes = layout.kind === 'scalar' ? BLOCK_OF_SCALARS : BLOCK_OF_HISTOGRAMS;
    this.text = new NumberedLines(text, size * this.lines, blockBytes);
  }

  get held(): number {
    return this.text.held;
  }

  lengthOf(from: number, to: number): number {
    return this.text.lengthOf(from * this.lines, to * this.lines);
  }

  writeTo(out: Output, from: number, to: number): void {
    this.text.writeTo(out, from * this.lines, to * this.lines);
  }

  update(values: Float64Array, base: number): void {
    const { layout } = this.page;
    if (layout.kind === 'scalar') {
      this.text.update((changed, shown) => changed.addDiffering(shown, values, base + SCALAR_VALUE, SCALAR_STRIDE));
    } else if (layout.kind === 'histogram') {
      this.text.update((changed, shown) => this.findHistograms(changed, shown, layout, values, base));
    }
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
