/** Summaries: quantiles of what was measured, as the library estimates them. */
import { DataPointType, type Attributes, type SummaryValue } from '../../../core/otel';
import type { KeptPoint, Kind, Moment, SeriesArrays, Trace } from './kinds';
import { UnknownShape, isObject, type Quantiles, type SummaryEntry } from './shapes';

type KeptSummary = { -readonly [Key in keyof SummaryValue]: SummaryValue[Key] };
type SummaryPoint = KeptPoint<KeptSummary>;

export class Summaries implements Kind<SummaryEntry, SummaryPoint> {
  readonly dataPointType = DataPointType.SUMMARY;
  readonly isMonotonic = false;
  private readonly quantiles: readonly number[];

  constructor(percentiles: readonly number[]) {
    this.quantiles = percentiles.toSorted((a, b) => a - b);
  }

  pointOf(entry: SummaryEntry, attributes: Attributes, { start, end }: Moment): SummaryPoint {
    const { td, count, sum } = entry;
    if (!isQuantiles(td) || typeof count !== 'number' || typeof sum !== 'number') {
      throw new UnknownShape('a series has no td, count or sum');
    }
    const value = { count, sum, quantiles: this.quantiles, values: this.valuesOf(td) };
    return { attributes, startTime: start, endTime: end, value };
  }

  traceOf({ count }: SummaryEntry): Trace {
    return { seen: count };
  }

  read(arrays: SeriesArrays<SummaryEntry, SummaryPoint>, from: number, end: number, { start }: Moment): void {
    const { entries, points, changed } = arrays;
    for (let i = from; i < end; i++) {
      const { td, count, sum } = entries[i] as SummaryEntry;
      const point = points[i] as SummaryPoint;
      const { value } = point;
      if (count === value.count && sum === value.sum && !isRotationDue(td)) continue;
      if (count < value.count) {
        point.startTime = start;
        arrays.hasOtherStarts = true;
      }
      value.count = count;
      value.sum = sum;
      value.values = this.valuesOf(td);
      changed.push(i);
    }
  }

  /** As the library's `get()` does it. */
  private valuesOf(td: Quantiles): number[] {
    td.compress();
    return this.quantiles.map((quantile) => td.percentile(quantile) ?? 0);
  }
}

function isQuantiles(td: unknown): td is Quantiles {
  if (!isObject(td)) return false;
  return ['compress', 'percentile', 'size'].every((method) => typeof td[method] === 'function');
}

/** Whether old measurements are forgotten now, where the app has set their age (`maxAgeSeconds`). */
function isRotationDue(td: Quantiles): boolean {
  const { shouldRotate, lastRotateTimestampMillis: last, durationBetweenRotatesMillis: pause } = td;
  if (!shouldRotate) return false;
  return last === undefined || pause === undefined || Date.now() - last > pause;
}
