/** Bucket counts of exponential histograms of any scales: added, subtracted, and read as quantiles. */
import { lowerIndex, stepsToFit } from './scale';

/**
 * Most buckets per sign: several times what SDKs use, so that sums of histograms lose hardly any resolution. A power of two.
 */
const CAPACITY = 1024;
/** There may be a hundred thousand histograms, nearly all with few buckets. */
const FIRST_CAPACITY = 16;

/**
 * Counts by bucket. The scale is the highest one at which everything added so far is exact and fits.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
export class ExponentialBuckets {
  private scale = Infinity; // until the first count
  private zero = 0;
  private readonly positive = new IndexedCounts();
  private readonly negative = new IndexedCounts();

  addZero(count: number): void {
    this.zero += count;
  }

  addPositive(scale: number, index: number, count: number): void {
    this.add(this.positive, scale, index, count);
  }

  /** Counts values below zero, by the bucket of their absolute value. */
  addNegative(scale: number, index: number, count: number): void {
    this.add(this.negative, scale, index, count);
  }

  addAll(other: ExponentialBuckets): void {
    this.zero += other.zero;
    for (const [to, from] of [
      [this.positive, other.positive],
      [this.negative, other.negative],
    ] as const) {
      for (let index = from.low; index <= from.high; index++) this.add(to, other.scale, index, from.at(index));
    }
  }

  /** Whether more has been subtracted from a bucket than was in it. */
  get hasDeficit(): boolean {
    return this.zero < 0 || this.positive.hasDeficit || this.negative.hasDeficit;
  }

  clear(): void {
    this.scale = Infinity;
    this.zero = 0;
    this.positive.clear();
    this.negative.clear();
  }

  /**
   * The quantile as Prometheus estimates it for native histograms: observations are taken as evenly spread over
   * the logarithm within their bucket, and the zero bucket, which has no width here, as zero. Counted from the
   * highest bucket down, as Prometheus does from the median upwards. `NaN` if there are no observations.
   *
   * @see https://prometheus.io/docs/specs/native_histograms/#interpolation-within-a-bucket
   */
  quantile(q: number): number {
    const { positive, negative, zero } = this;
    const total = positive.total + zero + negative.total;
    if (!(total > 0)) return NaN;

    const width = 2 ** -this.scale;
    const rank = total - q * total;
    let above = 0;
    for (let index = positive.high; index >= positive.low; index--) {
      const count = positive.at(index);
      if (count > 0 && above + count >= rank) return power(width * (index + (above + count - rank) / count));
      above += count;
    }
    if (zero > 0 && above + zero >= rank) return 0;
    above += zero;
    for (let index = negative.low; index <= negative.high; index++) {
      const count = negative.at(index);
      if (count > 0 && above + count >= rank) return -power(width * (index + (rank - above) / count));
      above += count;
    }
    return NaN;
  }

  private add(side: IndexedCounts, scale: number, index: number, count: number): void {
    if (count === 0) return; // Empty buckets must not cost resolution.
    if (scale < this.scale) this.lowerScale(scale);
    const bucket = lowerIndex(index, scale - this.scale);
    const steps = stepsToFit(Math.min(side.low, bucket), Math.max(side.high, bucket), CAPACITY);
    if (steps > 0) this.lowerScale(this.scale - steps);
    side.add(lowerIndex(bucket, steps), count);
  }

  private lowerScale(scale: number): void {
    if (this.scale !== Infinity) {
      this.positive.coarsen(this.scale - scale);
      this.negative.coarsen(this.scale - scale);
    }
    this.scale = scale;
  }
}

/** Counts by bucket index. Indices in use are less than {@link CAPACITY} apart. */
class IndexedCounts {
  low = Infinity;
  high = -Infinity;
  /** Its length is a power of two: the lowest bits of an index tell where its count stands. */
  private counts = new Float64Array(FIRST_CAPACITY);

  at(index: number): number {
    return this.counts[index & (this.counts.length - 1)] ?? 0;
  }

  add(index: number, count: number): void {
    const low = Math.min(this.low, index);
    const high = Math.max(this.high, index);
    if (high - low >= this.counts.length) this.grow(high - low + 1);
    this.low = low;
    this.high = high;
    this.counts[index & (this.counts.length - 1)] = this.at(index) + count;
  }

  private grow(length: number): void {
    const { low, high, counts } = this;
    let capacity = counts.length;
    while (capacity < length) capacity *= 2;
    this.counts = new Float64Array(capacity);
    for (let index = low; index <= high; index++) {
      this.counts[index & (capacity - 1)] = counts[index & (counts.length - 1)] as number;
    }
  }

  get total(): number {
    let total = 0;
    for (let index = this.low; index <= this.high; index++) total += this.at(index);
    return total;
  }

  get hasDeficit(): boolean {
    for (let index = this.low; index <= this.high; index++) {
      if (this.at(index) < 0) return true;
    }
    return false;
  }

  /** Moves all counts to a scale that is `steps` lower. */
  coarsen(steps: number): void {
    const { low, high, counts } = this;
    this.low = Infinity;
    this.high = -Infinity;
    this.counts = new Float64Array(counts.length);
    for (let index = low; index <= high; index++)
      this.add(lowerIndex(index, steps), counts[index & (counts.length - 1)] ?? 0);
  }

  clear(): void {
    for (let index = this.low; index <= this.high; index++) this.counts[index & (this.counts.length - 1)] = 0;
    this.low = Infinity;
    this.high = -Infinity;
  }
}

/** `2 ** exponent`, kept finite: the highest bucket of a coarse scale ends above the largest number. */
function power(exponent: number): number {
  return Math.min(2 ** exponent, Number.MAX_VALUE);
}
