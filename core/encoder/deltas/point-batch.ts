/**
 * Neighbouring data points whose series are looked up together. In a family of many series each look-up misses the cache at
 * the index, the text and the numbers: where the memory of all of them is asked for before any of them is used, these misses
 * overlap.
 */
import type { Attributes, DataPoint } from '../../otel';
import { START } from '../../snapshot';
import type { FamilySeries } from '../series/family-series';
import { SeriesTexts } from '../series/series-texts';

/** Data points of a batch at the most, which are added in one step. */
export const BATCH_POINTS = 32;

/** Room for a text at first, and at the most when it is kept. */
const TEXT_BYTES = 256;
const KEPT_BYTES = 8 * 1024;

export class PointBatch {
  readonly texts = Array.from({ length: BATCH_POINTS }, () => new SeriesTexts(TEXT_BYTES));
  readonly hashes = new Int32Array(BATCH_POINTS);
  readonly attributes = new Array<Attributes>(BATCH_POINTS).fill({});
  /** What reading the attributes has thrown, `undefined` for nothing. */
  readonly errors = new Array<{ readonly thrown: unknown } | undefined>(BATCH_POINTS).fill(undefined);
  private readonly slots = new Int32Array(BATCH_POINTS);
  private readonly starts = new Int32Array(BATCH_POINTS);
  /** Written so that V8 does not leave out the reads of {@link fetch}, whose results have no other use. */
  touched = 0;

  /** Reads the attributes of data points, which are foreign. */
  read(points: readonly DataPoint[], from: number, count: number): void {
    for (let i = 0; i < count; i++) this.readOne(points, from + i, i);
  }

  private readOne(points: readonly DataPoint[], index: number, i: number): void {
    const text = this.texts[i] as SeriesTexts;
    try {
      const { attributes } = points[index] as DataPoint;
      text.clear();
      text.append(attributes);
      this.attributes[i] = attributes;
      this.hashes[i] = text.pairsHash();
      this.errors[i] = undefined;
    } catch (thrown) {
      this.errors[i] = { thrown };
    }
  }

  /** Reads what adding the data points will read, each time of all of them. */
  fetch(series: FamilySeries, values: Float64Array, count: number): void {
    const { hashes, slots, starts } = this;
    const { index, texts } = series;
    let touched = 0;
    for (let i = 0; i < count; i++) slots[i] = index.firstSlot(hashes[i] as number);
    for (let i = 0; i < count; i++) starts[i] = texts.startOf(slots[i] as number);
    for (let i = 0; i < count; i++) touched += texts.byteAt(slots[i] as number, starts[i] as number);
    for (let i = 0; i < count; i++) touched += firstNumber(series, values, slots[i] as number);
    this.touched = touched;
  }

  /** Lets go of memory that a few long texts have taken. */
  release(): void {
    this.attributes.fill({});
    for (let i = 0; i < BATCH_POINTS; i++) {
      if ((this.texts[i] as SeriesTexts).bytes.length > KEPT_BYTES) this.texts[i] = new SeriesTexts(TEXT_BYTES);
    }
  }
}

function firstNumber(series: FamilySeries, values: Float64Array, slot: number): number {
  return slot < 0 ? 0 : (values[series.offsetOf(slot) + START] as number);
}
