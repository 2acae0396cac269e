/**
 * Neighbouring data points whose series are looked up together. In a family of many series each look-up misses the cache at
 * the index, the text and the numbers: where the memory of all of them is asked for before any of them is used, these misses
 * overlap.
 */
import { withRoom } from '../../bytes';
import type { DataPoint } from '../../otel';
import { START } from '../../snapshot';
import type { FamilySeries } from '../series/family-series';
import { SeriesTexts } from '../series/series-texts';

/** Data points of a batch at the most, which are added in one step. */
export const BATCH_POINTS = 128;

/** Room for a text at first, and at the most when it is kept. */
const TEXT_BYTES = 256;
const KEPT_BYTES = 8 * 1024;
const MAX_CHARACTER_BYTES = 4;

export class PointBatch {
  readonly texts = Array.from({ length: BATCH_POINTS }, () => new SeriesTexts(TEXT_BYTES));
  readonly hashes = new Int32Array(BATCH_POINTS);
  /** What reading the attributes has thrown, `undefined` for nothing. */
  readonly errors = new Array<{ readonly thrown: unknown } | undefined>(BATCH_POINTS).fill(undefined);
  /** Whether the text is of what was recorded, and the object was not looked at. */
  private readonly areRecorded = new Uint8Array(BATCH_POINTS);
  private readonly slots = new Int32Array(BATCH_POINTS);
  private readonly starts = new Int32Array(BATCH_POINTS);
  /** What was recorded, one behind the other. */
  private recorded = Buffer.allocUnsafe(BATCH_POINTS * TEXT_BYTES);
  private readonly ends = new Int32Array(BATCH_POINTS);
  private spare = new SeriesTexts(TEXT_BYTES);
  /** Written so that V8 does not leave out the reads of {@link fetch}, whose results have no other use. */
  touched = 0;

  /**
   * Reads the attributes of data points, which are foreign.
   * @param recorded see `MetricData.recordedAttributes`: applications keep their objects for long, and each one misses the cache
   */
  read(points: readonly DataPoint[], recorded: readonly unknown[] | undefined, from: number, count: number): void {
    const { ends } = this;
    const bytes = recorded === undefined ? undefined : this.bytesOf(recorded, from, count);
    for (let i = 0; i < count; i++) {
      const text = this.texts[i] as SeriesTexts;
      text.clear();
      const start = i === 0 ? 0 : (ends[i - 1] as number);
      const isRecorded = bytes !== undefined && text.appendRecorded(bytes, start, ends[i] as number);
      this.areRecorded[i] = isRecorded ? 1 : 0;
      this.errors[i] = undefined;
      if (isRecorded) this.hashes[i] = text.pairsHash();
      else this.readObject(points, from + i, i);
    }
  }

  /**
   * Notes where the texts end. All of them become bytes at once: of single characters of strings this takes three times as long.
   * @returns `undefined` where not all of them are ASCII texts
   */
  private bytesOf(recorded: readonly unknown[], from: number, count: number): Uint8Array | undefined {
    const some = recorded.slice(from, from + count);
    let length = 0;
    for (let i = 0; i < count; i++) {
      const text = some[i];
      if (typeof text !== 'string') return undefined;
      length += text.length;
      this.ends[i] = length;
    }
    // Where a character takes more than a byte there is room for one byte too many.
    this.recorded = withRoom(this.recorded, 0, length + MAX_CHARACTER_BYTES);
    return this.recorded.write(some.join('')) === length ? this.recorded : undefined;
  }

  private readObject(points: readonly DataPoint[], index: number, i: number): void {
    const text = this.texts[i] as SeriesTexts;
    try {
      text.append((points[index] as DataPoint).attributes);
      this.hashes[i] = text.pairsHash();
    } catch (thrown) {
      this.errors[i] = { thrown };
    }
  }

  /** Reads what adding the data points will read, each time of all of them. */
  fetch(series: FamilySeries, values: Float64Array, count: number): void {
    const { hashes, slots, starts } = this;
    const { index, texts } = series;
    let touched = index.fetch(hashes, count);
    for (let i = 0; i < count; i++) slots[i] = index.firstSlot(hashes[i] as number);
    for (let i = 0; i < count; i++) starts[i] = texts.startOf(slots[i] as number);
    for (let i = 0; i < count; i++) touched += texts.byteAt(slots[i] as number, starts[i] as number);
    for (let i = 0; i < count; i++) touched += firstNumber(series, values, slots[i] as number);
    this.touched = touched;
  }

  /**
   * Puts the text of the object in place of that of what was recorded: its keys are in the application's order, and its values
   * need not be JSON's. Not so where the application has changed the object since.
   *
   * @throws whatever reading the object throws
   */
  replaceRecorded(i: number, attributes: unknown): void {
    if (this.areRecorded[i] === 0) return;
    const { spare } = this;
    const text = this.texts[i] as SeriesTexts;
    spare.clear();
    spare.append(attributes);
    if (spare.isPlain && !spare.hasPairsOf(text.bytes, 0, text.length)) return;
    this.texts[i] = spare;
    this.spare = text;
    this.hashes[i] = spare.pairsHash();
  }

  /** Lets go of memory that a few long texts have taken. */
  release(): void {
    for (let i = 0; i < BATCH_POINTS; i++) this.texts[i] = kept(this.texts[i] as SeriesTexts);
    this.spare = kept(this.spare);
    if (this.recorded.length > BATCH_POINTS * KEPT_BYTES) this.recorded = Buffer.allocUnsafe(BATCH_POINTS * TEXT_BYTES);
  }
}

function kept(text: SeriesTexts): SeriesTexts {
  return text.bytes.length > KEPT_BYTES ? new SeriesTexts(TEXT_BYTES) : text;
}

function firstNumber(series: FamilySeries, values: Float64Array, slot: number): number {
  return slot < 0 ? 0 : (values[series.offsetOf(slot) + START] as number);
}
