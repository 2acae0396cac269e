/** The text of one page's series, kept from render to render: only the numbers that have changed are written. */
import {
  COUNT,
  HISTOGRAM_BUCKETS,
  PAGE_SERIES,
  SCALAR_STRIDE,
  SCALAR_VALUE,
  SUM,
  strideOf,
  type HistogramLayout,
  type Page,
} from '../../../core/snapshot';
import { NumberedLines } from './numbered-lines';
import { histogramLines, type HistogramLines } from './official';
import type { Output } from './output';

/** About a page: numbers of scalars seldom get another length. The sums of histograms do so most of the time. */
const BLOCK_OF_SCALARS = 192 * 1024;
const BLOCK_OF_HISTOGRAMS = 64 * 1024;

/** Lines of the page being updated whose numbers have changed. */
const changed = new Uint32Array(PAGE_SERIES);

const NO_LINES: HistogramLines = { count: false, sum: false, buckets: 0 };

/** What is kept of one page in one format: the series one behind the other. */
export interface PageRendering {
  /** Bytes of memory, about. */
  readonly held: number;
  /** Why series of it are not shown, if there are any such. */
  readonly problem?: string | undefined;
  /** Brings it up to date with the numbers that stand from `base` on. */
  update(values: Float64Array, base: number): void;
  /** Bytes that the series `from` to `to`, not included, take. */
  lengthOf(from: number, to: number): number;
  /** Writes these series, or lends them. */
  writeTo(out: Output, from: number, to: number): void;
}

export class PageText implements PageRendering {
  private readonly histogram: HistogramLines;
  private readonly text: NumberedLines;
  /** Lines of one series. */
  private readonly lines: number;

  /**
   * @param text the lines of all series with 0 for every number
   * @param histogram which lines there are, if these are histograms
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
    const { layout, size } = this.page;
    if (layout.kind === 'scalar') this.updateScalars(values, base, size);
    else if (layout.kind === 'histogram') this.updateHistograms(layout, values, base, size);
    this.text.settle();
  }

  /** In two loops, which are simple enough to be fast. */
  private updateScalars(values: Float64Array, base: number, size: number): void {
    const { text } = this;
    const { shown } = text;
    let count = 0;
    for (let line = 0, at = base + SCALAR_VALUE; line < size; line++, at += SCALAR_STRIDE) {
      if (values[at] !== shown[line]) changed[count++] = line;
    }
    for (let i = 0; i < count; i++) {
      const line = changed[i] as number;
      text.show(line, values[base + line * SCALAR_STRIDE + SCALAR_VALUE] as number);
    }
  }

  private updateHistograms(layout: HistogramLayout, values: Float64Array, base: number, size: number): void {
    const { text } = this;
    const { shown } = text;
    const stride = strideOf(layout);
    const { count: hasCount, sum: hasSum, buckets } = this.histogram;
    let line = 0;
    for (let i = 0, offset = base; i < size; i++, offset += stride) {
      if (hasCount) {
        const count = values[offset + COUNT] as number;
        if (count !== shown[line]) text.show(line, count);
        line++;
      }
      if (hasSum) {
        const sum = values[offset + SUM] as number;
        if (sum !== shown[line]) text.show(line, sum);
        line++;
      }
      let cumulative = 0;
      for (let at = offset + HISTOGRAM_BUCKETS, end = at + buckets; at < end; at++, line++) {
        cumulative += values[at] as number;
        if (cumulative !== shown[line]) text.show(line, cumulative);
      }
    }
  }
}
