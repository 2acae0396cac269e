/**
 * Adds data points of delta temporality to the numbers of their series. A data point is read and checked as a whole before
 * anything changes, so that a malformed one is lost by itself.
 */
import { OVERFLOW_ATTRIBUTE, type DataPoint } from '../../otel';
import { START, type Layout } from '../../snapshot';
import { startOf, type LayoutKind } from '../columns/layouts';
import type { Cycle } from '../cycle';
import type { DeltaSeries } from './delta-series';
import type { PointBatch } from './point-batch';
import type { SeriesTexts } from '../series/series-texts';
import { type DeltaValue, goesOnIn, isSameLayout, moveNumbers } from './delta-value';

/** Hears of a data point that is left out for being malformed. */
export type OnMalformed = (error: unknown) => void;

export class PointAdder {
  /** Data points of the cycle that were left out for the series limit. */
  leftOut = 0;
  /** Buckets of one sign that an exponential histogram has at the most; `undefined` for the SDK's default. */
  maxSize: number | undefined;
  /** Whether OpenTelemetry has put what was recorded for further series into a single one. */
  hasOverflowed = false;
  /** Of the data point that is added. */
  private hash = 0;
  private start = 0;
  /** How many more data points there are, with the one that is added. */
  private expected = 0;
  /** Hears of a data point that is left out for being malformed. */
  onMalformed: OnMalformed = () => undefined;

  /**
   * @param value shared by all families
   * @param batch shared by all families
   * @param replaces whether a value replaces the one before, as that of a gauge does
   */
  constructor(
    private readonly series: DeltaSeries,
    private readonly value: DeltaValue,
    private readonly batch: PointBatch,
    private readonly kind: LayoutKind,
    private readonly replaces: boolean,
  ) {}

  /**
   * Adds some neighbouring data points.
   * @param recorded see `MetricData.recordedAttributes`
   * @param expected how many more there are, with them
   * @throws where there is no memory
   */
  addAll(
    points: readonly DataPoint[],
    recorded: readonly unknown[] | undefined,
    from: number,
    count: number,
    expected: number,
    cycle: Cycle,
  ): void {
    const { batch, series } = this;
    batch.read(points, recorded, from, count);
    batch.fetch(series.all, cycle.columns.written.values, count);
    for (let i = 0; i < count; i++) {
      this.expected = expected - i;
      if (this.readValue(points, from + i, i)) this.add(points, from + i, i, cycle);
    }
  }

  /** Lets go of what belongs to the data points. */
  end(): void {
    this.onMalformed = () => undefined;
    this.batch.release();
  }

  /** @returns whether the data point is well-formed; nothing has changed yet */
  private readValue(points: readonly DataPoint[], index: number, i: number): boolean {
    try {
      const error = this.batch.errors[i];
      if (error !== undefined) throw error.thrown;
      const { startTime, value } = points[index] as DataPoint;
      this.start = startOf(startTime);
      this.value.read(this.kind, value, this.series.layouts.last);
      return true;
    } catch (error) {
      this.onMalformed(error);
      return false;
    }
  }

  private add(points: readonly DataPoint[], index: number, i: number, cycle: Cycle): void {
    const { series, value, batch } = this;
    let slot = this.find(i);
    if (slot < 0) {
      if (!this.readNew(points, index, i)) return;
      slot = this.find(i);
    }
    if (slot < 0) {
      const text = batch.texts[i] as SeriesTexts;
      if (this.hasRoom(cycle)) this.begin(series.add(value.layout, text, this.hash, this.expected, cycle), cycle);
      return;
    }
    const layout = series.all.layoutOf(slot);
    const offset = series.all.offsetOf(slot);
    const { values } = cycle.columns.written;
    series.layouts.last = layout;
    if (Number.isNaN(values[offset + START])) this.beginAgain(slot, layout, cycle);
    else if (layout.kind === 'scalar') {
      value.addScalar(values, offset, this.replaces);
      series.noteChange(slot, offset, layout, cycle);
    } else this.addToHistogram(slot, offset, layout, cycle);
  }

  /**
   * Reads what only a new series needs. A series is new only once, and looking at all objects would cost a cache miss each.
   * @returns whether it is well-formed
   */
  private readNew(points: readonly DataPoint[], index: number, i: number): boolean {
    try {
      const { attributes } = points[index] as DataPoint;
      if (attributes?.[OVERFLOW_ATTRIBUTE] === true) this.hasOverflowed = true;
      this.batch.replaceRecorded(i, attributes);
      return true;
    } catch (error) {
      this.onMalformed(error);
      return false;
    }
  }

  private find(i: number): number {
    const { series, batch } = this;
    this.hash = batch.hashes[i] as number;
    return series.all.index.findUnordered(batch.texts[i] as SeriesTexts, this.hash);
  }

  private hasRoom({ room }: Cycle): boolean {
    if (room > 0) return true;
    this.leftOut++;
    return false;
  }

  private addToHistogram(slot: number, offset: number, layout: Layout, cycle: Cycle): void {
    const { series, value, maxSize } = this;
    const { columns } = cycle;
    const wanted = value.addHistogram(columns.written.values, offset, layout, maxSize);
    if (wanted === layout) series.noteChange(slot, offset, layout, cycle);
    else if (!goesOnIn(layout, wanted)) this.beginElsewhere(slot, cycle);
    else {
      // Also beyond the series limit: this series is known.
      const moved = series.move(slot, wanted, this.hash, this.expected, cycle);
      const after = series.all.layoutOf(moved);
      const to = series.all.offsetOf(moved);
      if (layout.kind === 'exponential' && after.kind === 'exponential') {
        columns.movePrevious({ offset, layout }, { offset: to, layout: after });
      }
      moveNumbers(columns.written.values, offset, layout, to, after);
      value.addHistogram(columns.written.values, to, after, maxSize);
      series.noteChange(moved, to, after, cycle);
    }
  }

  /** For a series without numbers: it was forgotten, or the column with its first ones was given up. */
  private beginAgain(slot: number, layout: Layout, cycle: Cycle): void {
    if (!isSameLayout(layout, this.value.layout)) this.beginElsewhere(slot, cycle);
    else {
      this.series.comeBack(slot);
      this.begin(slot, cycle);
    }
  }

  private beginElsewhere(slot: number, cycle: Cycle): void {
    const { series, value } = this;
    if (this.hasRoom(cycle)) this.begin(series.move(slot, value.layout, this.hash, this.expected, cycle), cycle);
  }

  private begin(slot: number, cycle: Cycle): void {
    const { series, value } = this;
    const { all, layouts } = series;
    const offset = all.offsetOf(slot);
    layouts.last = all.layoutOf(slot);
    value.begin(cycle.columns.written.values, offset, this.start);
    series.noteChange(slot, offset, layouts.last, cycle);
  }
}
