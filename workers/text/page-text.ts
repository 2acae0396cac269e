/**
 * The text of one page's series, kept from render to render: what did not change stays where it is, a number of the
 * same length is overwritten in place, and only where a length changes the text is copied, in the runs between.
 */
import {
  COUNT,
  HISTOGRAM_BUCKETS,
  SCALAR_VALUE,
  SUM,
  strideOf,
  type HistogramLayout,
  type Page,
} from '../../protocol/snapshot';
import { writeNumber } from './digits';
import { histogramLines, type HistogramLines } from './official';

const LINE_FEED = 0x0a;
/** The longest number and what is around it. */
const MAX_NUMBER = 32;
const NO_LINES: HistogramLines = { count: false, sum: false, buckets: 0 };

/** What is kept of one page in one format: the series one behind the other. */
export interface PageRendering {
  readonly bytes: Buffer;
  /** Of what `bytes` begins with and is the page's. */
  readonly length: number;
  /** Bytes of memory, about. */
  readonly held: number;
  /** Why series of it are not shown, if there are any such. */
  readonly problem?: string | undefined;
  /** Where a series begins; that of `page.size` is where the page ends. */
  startOf(index: number): number;
  /** Brings it up to date with the numbers that stand from `base` on. */
  update(values: Float64Array, base: number): void;
}

export class PageText implements PageRendering {
  bytes: Buffer;
  length: number;
  private readonly histogram: HistogramLines;
  /** Lines of one series. */
  private readonly lines: number;
  /** By line: where it ends, behind its line feed. */
  private readonly ends: Uint32Array;
  /** By line: how long it is without its number and the line feed. */
  private readonly prefixes: Uint32Array;
  /** By line: the number that the text shows. */
  private readonly shown: Float64Array;
  /** Numbers of another length than before: their lines, and their texts one behind the other. */
  private readonly resized: number[] = [];
  private readonly resizedEnds: number[] = [];
  private resizedLength = 0;
  private resizedBytes = Buffer.allocUnsafe(1024);
  private spare: Buffer | undefined;

  /**
   * @param text the lines of all series with 0 for every number
   * @param histogram which lines there are, if these are histograms
   */
  constructor(
    private readonly page: Page,
    text: string,
    histogram?: HistogramLines,
  ) {
    const { layout } = page;
    this.bytes = Buffer.from(text);
    this.length = this.bytes.length;
    this.histogram = histogram ?? (layout.kind === 'histogram' ? histogramLines(layout) : NO_LINES);
    const { count: ofCount, sum, buckets } = this.histogram;
    this.lines = layout.kind === 'scalar' ? 1 : Number(ofCount) + Number(sum) + buckets;
    const count = page.size * this.lines;
    this.ends = new Uint32Array(count);
    this.prefixes = new Uint32Array(count);
    this.shown = new Float64Array(count);
    let start = 0;
    for (let line = 0; line < count; line++) {
      const end = this.bytes.indexOf(LINE_FEED, start) + 1;
      if (end === 0) throw new RangeError(`page ${page.id} has ${line} lines, not ${count}`);
      this.ends[line] = end;
      this.prefixes[line] = end - start - 2;
      start = end;
    }
    if (start !== this.length) throw new RangeError(`page ${page.id} has more than ${count} lines`);
  }

  get held(): number {
    return this.bytes.length + (this.spare?.length ?? 0) + this.ends.length * 16;
  }

  startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index * this.lines - 1] as number);
  }

  update(values: Float64Array, base: number): void {
    const { layout, size } = this.page;
    if (layout.kind === 'scalar') this.updateScalars(values, base, size);
    else if (layout.kind === 'histogram') this.updateHistograms(layout, values, base, size);
    if (this.resized.length > 0) this.resize();
  }

  private updateScalars(values: Float64Array, base: number, size: number): void {
    const { shown } = this;
    for (let line = 0, at = base + SCALAR_VALUE; line < size; line++, at += 2) {
      const value = values[at] as number;
      if (value !== shown[line]) this.show(line, value);
    }
  }

  private updateHistograms(layout: HistogramLayout, values: Float64Array, base: number, size: number): void {
    const { shown } = this;
    const stride = strideOf(layout);
    const { count: hasCount, sum: hasSum, buckets } = this.histogram;
    let line = 0;
    for (let i = 0, offset = base; i < size; i++, offset += stride) {
      if (hasCount) {
        const count = values[offset + COUNT] as number;
        if (count !== shown[line]) this.show(line, count);
        line++;
      }
      if (hasSum) {
        const sum = values[offset + SUM] as number;
        if (sum !== shown[line]) this.show(line, sum);
        line++;
      }
      let cumulative = 0;
      for (let at = offset + HISTOGRAM_BUCKETS, end = at + buckets; at < end; at++, line++) {
        cumulative += values[at] as number;
        if (cumulative !== shown[line]) this.show(line, cumulative);
      }
    }
  }

  private show(line: number, value: number): void {
    const before = this.shown[line] as number;
    // NaN is no other number than itself here, and -0 is printed as 0.
    if (value !== value && before !== before) return;
    this.shown[line] = value;
    const start = this.lineStart(line) + (this.prefixes[line] as number);
    const end = (this.ends[line] as number) - 1;
    const from = this.resizedLength;
    this.reserve(from + MAX_NUMBER);
    const to = writeNumber(this.resizedBytes, from, value);
    if (to - from === end - start) {
      for (let i = from, at = start; i < to; i++, at++) this.bytes[at] = this.resizedBytes[i] as number;
      return;
    }
    this.resized.push(line);
    this.resizedEnds.push(to);
    this.resizedLength = to;
  }

  private reserve(length: number): void {
    if (length <= this.resizedBytes.length) return;
    const larger = Buffer.allocUnsafe(2 * length);
    this.resizedBytes.copy(larger);
    this.resizedBytes = larger;
  }

  private resize(): void {
    const needed = this.length + this.resizedLength;
    const target =
      this.spare !== undefined && this.spare.length >= needed ? this.spare : Buffer.allocUnsafe(needed + 1024);
    let read = 0;
    let write = 0;
    let shift = 0;
    let line = 0;
    let from = 0;
    for (let i = 0; i < this.resized.length; i++) {
      const changed = this.resized[i] as number;
      // Lines from the last changed one on have not been shifted yet.
      const start = this.lineStart(changed) + (this.prefixes[changed] as number);
      const end = (this.ends[changed] as number) - 1;
      this.bytes.copy(target, write, read, start);
      write += start - read;
      for (; line < changed; line++) this.ends[line] = (this.ends[line] as number) + shift;
      const to = this.resizedEnds[i] as number;
      for (; from < to; from++) target[write++] = this.resizedBytes[from] as number;
      read = end;
      shift = write - read;
    }
    this.bytes.copy(target, write, read, this.length);
    for (; line < this.ends.length; line++) this.ends[line] = (this.ends[line] as number) + shift;
    this.length += shift;
    this.spare = this.bytes;
    this.bytes = target;
    this.resized.length = 0;
    this.resizedEnds.length = 0;
    this.resizedLength = 0;
  }

  private lineStart(line: number): number {
    return line === 0 ? 0 : (this.ends[line - 1] as number);
  }
}
