/** Bucket counts of exponential histograms: added, compared and read as quantiles, at whatever scales they come. */

/**
 * Buckets per sign at the most: several times what SDKs use, so that histograms hardly lose resolution when they
 * are added up. A power of two, so that the lowest bits of a bucket's index are its place.
 */
const SPAN = 1024;

/**
 * Bucket `i` of scale `s` holds what lies above `base ** i` and up to `base ** (i + 1)`, where `base` is
 * `2 ** (2 ** -s)`. So bucket `i` lies within bucket `i >> 1` of the next lower scale, and counts of different
 * scales add up exactly at the lower one of them.
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

  /** What lies below zero, by the bucket of its absolute value. */
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

  /** Whether more has been subtracted somewhere than was there. */
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
    if (count === 0) return; // neither resolution nor span is to be spent on empty buckets
    if (scale < this.scale) this.lowerScale(scale);
    let bucket = index >> (scale - this.scale);
    while (!side.fits(bucket)) {
      this.lowerScale(this.scale - 1);
      bucket >>= 1;
    }
    side.add(bucket, count);
  }

  private lowerScale(scale: number): void {
    if (this.scale !== Infinity) {
      this.positive.coarsen(this.scale - scale);
      this.negative.coarsen(this.scale - scale);
    }
    this.scale = scale;
  }
}

/** Counts by bucket index, where the indices in use are less than {@link SPAN} apart. */
class IndexedCounts {
  low = Infinity;
  high = -Infinity;
  private counts = new Float64Array(SPAN);

  at(index: number): number {
    return this.counts[index & (SPAN - 1)] ?? 0;
  }

  fits(index: number): boolean {
    return Math.max(this.high, index) - Math.min(this.low, index) < SPAN;
  }

  add(index: number, count: number): void {
    if (index < this.low) this.low = index;
    if (index > this.high) this.high = index;
    this.counts[index & (SPAN - 1)] = this.at(index) + count;
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

  /** Merges neighbours two by two, `steps` times. */
  coarsen(steps: number): void {
    const { low, high, counts } = this;
    this.low = Infinity;
    this.high = -Infinity;
    this.counts = new Float64Array(SPAN);
    for (let index = low; index <= high; index++) this.add(index >> steps, counts[index & (SPAN - 1)] ?? 0);
  }

  clear(): void {
    for (let index = this.low; index <= this.high; index++) this.counts[index & (SPAN - 1)] = 0;
    this.low = Infinity;
    this.high = -Infinity;
  }
}

/** Of two, kept finite: the highest bucket of a coarse scale ends beyond what a number can be. */
function power(exponent: number): number {
  return Math.min(2 ** exponent, Number.MAX_VALUE);
}
