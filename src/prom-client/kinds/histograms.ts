/** Histograms with fixed buckets. */
import { DataPointType, type Attributes, type Exemplar, type HistogramValue } from '../../../core/otel';
import { exemplarOf, type KeptPoint, type Kind, type Moment, type SeriesArrays, type Trace } from './kinds';
import { UnknownShape, isObject, type HistogramEntry } from './shapes';

interface KeptHistogram {
  buckets: HistogramValue['buckets'];
  count: number;
  sum: number;
}

type HistogramPoint = KeptPoint<KeptHistogram>;

export class Histograms implements Kind<HistogramEntry, HistogramPoint> {
  readonly dataPointType = DataPointType.HISTOGRAM;
  readonly isMonotonic = false;
  /** One array for all series: the encoder compares it by identity. */
  private readonly boundaries: readonly number[];
  /** The bounds as keys of the library's objects. */
  private readonly keys: readonly string[];

  constructor(
    upperBounds: readonly number[],
    private readonly exemplars: boolean,
  ) {
    // The last bucket has no bound: one that the app has given for it is the same bucket.
    this.boundaries = upperBounds.at(-1) === Infinity ? upperBounds.slice(0, -1) : [...upperBounds];
    this.keys = this.boundaries.map(String);
  }

  pointOf(entry: HistogramEntry, attributes: Attributes, { start, end }: Moment): HistogramPoint {
    const { bucketValues, count, sum } = entry;
    if (!isObject(bucketValues) || typeof count !== 'number' || typeof sum !== 'number') {
      throw new UnknownShape('a series has no bucketValues, count or sum');
    }
    const value = { buckets: this.bucketsOf(entry), count, sum };
    const point = { attributes, startTime: start, endTime: end, value };
    return this.exemplars ? { ...point, exemplars: undefined } : point;
  }

  /** The count may be the same after `zero()` and new observations: `zero()` makes new objects. */
  traceOf({ count, bucketValues }: HistogramEntry): Trace {
    return { seen: count, mark: bucketValues };
  }

  read(arrays: SeriesArrays<HistogramEntry, HistogramPoint>, from: number, end: number, { start }: Moment): void {
    const { entries, points, seen, marks, changed } = arrays;
    for (let i = from; i < end; i++) {
      const entry = entries[i] as HistogramEntry;
      const { count, bucketValues } = entry;
      const isOther = !Object.is(bucketValues, marks[i]);
      if (count === seen[i] && !isOther) continue;
      const point = points[i] as HistogramPoint;
      const { value } = point;
      if (count < value.count || isOther) {
        point.startTime = start;
        arrays.hasOtherStarts = true;
      }
      seen[i] = count;
      marks[i] = bucketValues;
      value.count = count;
      value.sum = entry.sum;
      value.buckets = this.bucketsOf(entry);
      changed.push(i);
    }
    if (this.exemplars) this.readExemplars(entries, points, from, end);
  }

  private bucketsOf({ bucketValues, count }: HistogramEntry): HistogramValue['buckets'] {
    const { boundaries, keys } = this;
    const counts: number[] = [];
    let above = count;
    for (const key of keys) {
      const inBucket = bucketValues[key];
      if (typeof inBucket !== 'number') throw new UnknownShape('a series lacks a bucket');
      counts.push(inBucket);
      above -= inBucket;
    }
    counts.push(above);
    return { boundaries, counts };
  }

  private readExemplars(
    entries: readonly HistogramEntry[],
    points: readonly HistogramPoint[],
    from: number,
    end: number,
  ): void {
    for (let i = from; i < end; i++) {
      const point = points[i] as HistogramPoint;
      const exemplars = this.exemplarsOf(entries[i] as HistogramEntry, point.exemplars);
      if (exemplars !== undefined) point.exemplars = exemplars;
    }
  }

  /** @returns `undefined` where none has changed */
  private exemplarsOf(
    { bucketExemplars }: HistogramEntry,
    known: HistogramPoint['exemplars'],
  ): readonly (Exemplar | undefined)[] | undefined {
    let changed = false;
    const exemplars = [...this.keys, '-1'].map((key, bucket) => {
      const exemplar = exemplarOf(bucketExemplars?.[key], known?.[bucket]);
      changed ||= exemplar !== known?.[bucket];
      return exemplar;
    });
    return changed ? exemplars : undefined;
  }
}
