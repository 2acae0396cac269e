/** Histograms with fixed bounds. */
import { DataPointType, type HrTime } from '../../../core/otel';
import { Aggregator, type Accumulation } from './aggregator';

const DEFAULT_BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];

interface Value {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: number[] };
  count: number;
  sum: number;
  /** `Infinity` where nothing was recorded, or where it is not known, as between two observations. */
  min: number;
  max: number;
}

class HistogramAccumulation implements Accumulation {
  constructor(
    public startTime: HrTime,
    private readonly value: Value,
  ) {}

  record(number: number): void {
    if (Number.isNaN(number)) return;
    const { value } = this;
    value.count++;
    value.sum += number;
    value.min = Math.min(number, value.min);
    value.max = Math.max(number, value.max);
    const at = bucketOf(number, value.buckets.boundaries);
    value.buckets.counts[at] = (value.buckets.counts[at] as number) + 1;
  }

  setStartTime(startTime: HrTime): void {
    this.startTime = startTime;
  }

  toPointValue(): Value {
    return this.value;
  }
}

/** The first bucket whose bound is not below the number. */
function bucketOf(number: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class HistogramAggregator extends Aggregator<HistogramAccumulation> {
  readonly kind = 3;
  protected readonly dataPointType = DataPointType.HISTOGRAM;
  private readonly bounds: readonly number[];

  /** @param bounds as the instrument advises */
  constructor(bounds: readonly number[] = DEFAULT_BOUNDS) {
    super();
    const sorted = [...bounds].sort((a, b) => a - b);
    const end = sorted.indexOf(Infinity);
    this.bounds = sorted.slice(sorted.lastIndexOf(-Infinity) + 1, end < 0 ? undefined : end);
  }

  createAccumulation(startTime: HrTime): HistogramAccumulation {
    return this.make(startTime, new Array<number>(this.bounds.length + 1).fill(0), 0, 0, Infinity, -Infinity);
  }

  merge(previous: HistogramAccumulation, delta: HistogramAccumulation): HistogramAccumulation {
    const a = previous.toPointValue();
    const b = delta.toPointValue();
    const counts = a.buckets.counts.map((count, i) => count + (b.buckets.counts[i] as number));
    const min = Math.min(a.min, b.min);
    return this.make(previous.startTime, counts, a.count + b.count, a.sum + b.sum, min, Math.max(a.max, b.max));
  }

  diff(previous: HistogramAccumulation, current: HistogramAccumulation): HistogramAccumulation {
    const a = previous.toPointValue();
    const b = current.toPointValue();
    const counts = b.buckets.counts.map((count, i) => count - (a.buckets.counts[i] as number));
    return this.make(current.startTime, counts, b.count - a.count, b.sum - a.sum, Infinity, -Infinity);
  }

  protected override shown(accumulation: HistogramAccumulation): unknown {
    const { min, max, ...value } = accumulation.toPointValue();
    const hasMinMax = min <= max;
    return { ...value, min: hasMinMax ? min : undefined, max: hasMinMax ? max : undefined };
  }

  private make(
    startTime: HrTime,
    counts: number[],
    count: number,
    sum: number,
    min: number,
    max: number,
  ): HistogramAccumulation {
    return new HistogramAccumulation(startTime, { buckets: { boundaries: this.bounds, counts }, count, sum, min, max });
  }
}
