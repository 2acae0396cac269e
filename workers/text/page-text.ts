/**
 * The text of one page's series, kept from render to render: what did not change stays where it is, a number of the
 * same length is overwritten in place. Numbers of another length are kept beside the text and put in where it is copied
 * out; only when they have become many is the text written anew.
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
import { countDigits, writeDigits } from './digits';
import { histogramLines, type HistogramLines } from './official';
import { ResizedLines } from './resized-lines';

const LINE_FEED = 0x0a;
/** Copying the text out in more pieces than this costs more than writing it anew now and then. */
const MAX_RESIZED = 16;
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
  /** Copies these series out. */
  writeTo(out: Output, from: number, to: number): void;
}

export interface Output {
  /** Takes the bytes `from` to `to`, not included, before they change. */
  write(source: Buffer, from: number, to: number): void;
}

export class PageText implements PageRendering {
  private bytes: Buffer;
  /** Of what `bytes` begins with and is the page's. */
  private length: number;
  private readonly histogram: HistogramLines;
  /** Lines of one series. */
  private readonly lines: number;
  /** By line: where it ends, behind its line feed. */
  private readonly ends: Uint32Array;
  /** By line: how long it is without its number and the line feed. */
  private readonly prefixes: Uint32Array;
  /** By line: the number that the text shows. */
  private readonly shown: Float64Array;
  /** Numbers of another length than the text has. */
  private resized = new ResizedLines();
  /** Those of this update. */
  private fresh = new ResizedLines();
  private merged = new ResizedLines();
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

  lengthOf(from: number, to: number): number {
    const { resized } = this;
    let length = this.lineStart(to * this.lines) - this.lineStart(from * this.lines);
    const end = resized.find(to * this.lines);
    for (let entry = resized.find(from * this.lines); entry < end; entry++) {
      const line = resized.lines[entry] as number;
      length += (resized.ends[entry] as number) - (resized.starts[entry] as number);
      length -= this.numberEnd(line) - this.numberStart(line);
    }
    return length;
  }

  writeTo(out: Output, from: number, to: number): void {
    const { resized } = this;
    let read = this.lineStart(from * this.lines);
    const end = resized.find(to * this.lines);
    for (let entry = resized.find(from * this.lines); entry < end; entry++) {
      const line = resized.lines[entry] as number;
      out.write(this.bytes, read, this.numberStart(line));
      out.write(resized.bytes, resized.starts[entry] as number, resized.ends[entry] as number);
      read = this.numberEnd(line);
    }
    out.write(this.bytes, read, this.lineStart(to * this.lines));
  }

  update(values: Float64Array, base: number): void {
    const { layout, size } = this.page;
    if (layout.kind === 'scalar') this.updateScalars(values, base, size);
    else if (layout.kind === 'histogram') this.updateHistograms(layout, values, base, size);
    if (this.fresh.count > 0) this.takeFresh();
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
    const start = this.numberStart(line);
    const end = this.numberEnd(line);
    if (value >= 0 && value < 1e9 && (value | 0) === value && countDigits(value) === end - start) {
      // The common case: another whole number of as many digits.
      writeDigits(this.bytes, start, end, value | 0);
    } else if (!this.showOther(line, value, start, end)) return;
    if (this.resized.count > 0) this.resized.remove(line);
  }

  /** @returns false if it is kept beside the text */
  private showOther(line: number, value: number, start: number, end: number): boolean {
    const { fresh } = this;
    const to = fresh.write(value);
    if (to - fresh.at !== end - start) {
      fresh.keep(line, to);
      return false;
    }
    for (let i = fresh.at, at = start; i < to; i++, at++) this.bytes[at] = fresh.bytes[i] as number;
    return true;
  }

  private takeFresh(): void {
    const { resized, fresh, merged } = this;
    if (resized.count === 0) {
      this.resized = fresh;
      this.fresh = resized;
    } else {
      merged.merge(resized, fresh);
      this.resized = merged;
      this.merged = resized;
    }
    this.fresh.clear();
    if (this.resized.count > MAX_RESIZED) this.resize();
  }

  private resize(): void {
    const { lines, starts, ends, bytes, count } = this.resized;
    const needed = this.length + bytes.length;
    const target =
      this.spare !== undefined && this.spare.length >= needed ? this.spare : Buffer.allocUnsafe(needed + 1024);
    let read = 0;
    let write = 0;
    let shift = 0;
    let line = 0;
    for (let i = 0; i < count; i++) {
      const changed = lines[i] as number;
      // Lines from the last changed one on have not been shifted yet.
      const start = this.numberStart(changed);
      const end = this.numberEnd(changed);
      this.bytes.copy(target, write, read, start);
      write += start - read;
      for (; line < changed; line++) this.ends[line] = (this.ends[line] as number) + shift;
      const to = ends[i] as number;
      for (let from = starts[i] as number; from < to; from++) target[write++] = bytes[from] as number;
      read = end;
      shift = write - read;
    }
    this.bytes.copy(target, write, read, this.length);
    for (; line < this.ends.length; line++) this.ends[line] = (this.ends[line] as number) + shift;
    this.length += shift;
    this.spare = this.bytes;
    this.bytes = target;
    this.resized.clear();
  }

  private numberStart(line: number): number {
    return this.lineStart(line) + (this.prefixes[line] as number);
  }

  private numberEnd(line: number): number {
    return (this.ends[line] as number) - 1;
  }

  private lineStart(line: number): number {
    return line === 0 ? 0 : (this.ends[line - 1] as number);
  }
}
