/**
 * Exponential histograms as native histograms. OpenTelemetry's bucket of index i reaches from base^i to base^(i+1),
 * Prometheus's from base^(i-1) to base^i; base is 2^(2^-scale), and the scale is called schema there.
 *
 * A schema is -4 to 8. Larger scales are lowered to 8; smaller ones cannot be shown, since a bucket cannot be divided. The
 * threshold of the zero bucket is not known here: 0.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#exponential-histograms
 * @see https://prometheus.io/docs/specs/native_histograms/
 */
import {
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  EXP_ZERO_COUNT,
  SUM,
  type ExponentialLayout,
  type Page,
} from '../../../../core/snapshot';
import { lowerIndex } from '../../../../core/exponential/scale';
import type { DropReason } from '../../../protocol/dropped';
import { totalOf } from '../../numbers/counts';
import { Bytes } from '../pages/bytes';
import type { ByteStrings } from '../pages/byte-strings';
import { RewrittenPage } from '../pages/rewritten-page';
import { FAMILY, HISTOGRAM, METRIC, SPAN, bytesTag, doubleTag, varintTag } from './schema';

const MIN_SCHEMA = -4;
const MAX_SCHEMA = 8;
/** Index of the largest number's bucket at a scale of 20, the highest one. */
const MAX_OFFSET = 2 ** 30;
/** A difference of two counts is written as twice itself, exactly. */
const MAX_COUNT = 2 ** 52 - 1;

export class NativeHistogramPage extends RewrittenPage {
  private readonly histogram = new Bytes();
  private readonly metric = new Bytes();
  private readonly positive = new Buckets();
  private readonly negative = new Buckets();

  constructor(
    page: Page,
    private readonly layout: ExponentialLayout,
    private readonly labels: ByteStrings,
  ) {
    super(page);
  }

  override get held(): number {
    return super.held + this.labels.held;
  }

  protected write(index: number, numbers: Float64Array, offset: number): DropReason | undefined {
    const { histogram, metric, positive, negative, layout } = this;
    const at = (place: number): number => numbers[offset + place] as number;
    const scale = at(EXP_SCALE);
    const [up, down] = [at(EXP_POSITIVE_OFFSET), at(EXP_NEGATIVE_OFFSET)];
    if (!(scale >= MIN_SCHEMA) || !(Math.max(Math.abs(up), Math.abs(down)) <= MAX_OFFSET)) return 'scale';
    const steps = Math.max(0, scale - MAX_SCHEMA);
    const positiveAt = offset + EXP_BUCKETS;
    const negativeAt = positiveAt + layout.positive;
    // The numbers of a series that is not present may be anything.
    const positives = Math.min(at(EXP_POSITIVE_LENGTH), layout.positive);
    const negatives = Math.min(at(EXP_NEGATIVE_LENGTH), layout.negative);
    const zeroCount = totalOf(numbers, offset + EXP_ZERO_COUNT, 1);
    // The sum of the buckets, not the count that the process sends: Prometheus refuses the whole scrape if they differ.
    const count = zeroCount + totalOf(numbers, positiveAt, positives) + totalOf(numbers, negativeAt, negatives);
    if (!(count <= MAX_COUNT)) return 'count';
    positive.read(numbers.subarray(positiveAt, positiveAt + positives), up, steps);
    negative.read(numbers.subarray(negativeAt, negativeAt + negatives), down, steps);
    histogram.clear();
    histogram.byte(varintTag(HISTOGRAM.sampleCount));
    histogram.varint(count);
    if (layout.sum) {
      histogram.byte(doubleTag(HISTOGRAM.sampleSum));
      histogram.double(at(SUM));
    }
    histogram.byte(varintTag(HISTOGRAM.schema));
    histogram.zigzag(Math.min(scale, MAX_SCHEMA));
    histogram.byte(doubleTag(HISTOGRAM.zeroThreshold));
    histogram.double(0);
    histogram.byte(varintTag(HISTOGRAM.zeroCount));
    histogram.varint(zeroCount);
    negative.write(histogram, HISTOGRAM.negativeSpan, HISTOGRAM.negativeDelta);
    // A histogram without observations has one empty span, by which Prometheus tells that it is a native one.
    if (count === 0) positive.spans.push({ offset: 0, length: 0 });
    positive.write(histogram, HISTOGRAM.positiveSpan, HISTOGRAM.positiveDelta);
    metric.clear();
    this.labels.appendTo(metric, index);
    metric.message(bytesTag(METRIC.histogram), histogram);
    this.out.message(bytesTag(FAMILY.metric), metric);
    return undefined;
  }
}

/** Neighbouring buckets. */
interface BucketSpan {
  /** Empty buckets between the span before and this one; of the first span, the index of its first bucket. */
  readonly offset: number;
  length: number;
}

/** The buckets of one sign which are not empty. */
class Buckets {
  spans: BucketSpan[] = [];
  /** By bucket: difference of its count and that of the one before. */
  private deltas: number[] = [];
  private readonly bytes = new Bytes();
  private next = 0;
  private last = 0;

  /**
   * @param offset index of the first bucket
   * @param steps by which the scale is lowered
   */
  read(counts: Float64Array, offset: number, steps: number): void {
    this.spans = [];
    this.deltas = [];
    this.next = 0;
    this.last = 0;
    let index = 0;
    let sum = 0;
    for (let i = 0; i < counts.length; i++) {
      const at = lowerIndex(offset + i, steps) + 1;
      if (at !== index) {
        this.add(index, sum);
        index = at;
        sum = 0;
      }
      sum += counts[i] as number;
    }
    this.add(index, sum);
  }

  write(histogram: Bytes, spanField: number, deltaField: number): void {
    const { bytes } = this;
    for (const { offset, length } of this.spans) {
      bytes.clear();
      bytes.byte(varintTag(SPAN.offset));
      bytes.zigzag(offset);
      bytes.byte(varintTag(SPAN.length));
      bytes.varint(length);
      histogram.message(bytesTag(spanField), bytes);
    }
    if (this.deltas.length === 0) return;
    bytes.clear();
    for (const delta of this.deltas) bytes.zigzag(delta);
    histogram.message(bytesTag(deltaField), bytes);
  }

  private add(index: number, count: number): void {
    if (count === 0) return;
    const span = this.spans.at(-1);
    if (span !== undefined && index === this.next) span.length++;
    else this.spans.push({ offset: index - this.next, length: 1 });
    this.deltas.push(count - this.last);
    this.next = index + 1;
    this.last = count;
  }
}
