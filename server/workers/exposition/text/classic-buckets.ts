/**
 * Exponential histograms as classic ones, for the formats without native histograms: a bucket at each boundary between the
 * first and the last bucket in use, one at 0 for the zero bucket and everything below, and +Inf.
 *
 * OpenTelemetry's bucket of index i reaches from base^i, not included, to base^(i+1), with base = 2^(2^-scale); that
 * of negative numbers from -base^(i+1) to -base^i.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
import {
  COUNT,
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  EXP_ZERO_COUNT,
  SUM,
  type ExponentialLayout,
  type HistogramLayout,
} from '../../../../core/snapshot';
import type { DropReason } from '../../../protocol/dropped';
import { totalOf } from '../../numbers/counts';
import { asHistogram, pageLines } from '../../text/official/official';
import type { PageRendering } from '../../text/page-text';
import { attributesOf } from '../../../../core/page-texts';
import type { PageSource } from '../dialect/dialect';
import { ByteStrings } from '../pages/byte-strings';
import { RewrittenPage } from '../pages/rewritten-page';

export interface ClassicOptions {
  /** Returns the value of `le` in the format. */
  readonly boundText: (bound: number) => string;
  /** OpenMetrics forbids a sum where there are buckets below 0, and a count without a sum. */
  readonly strict: boolean;
}

/** Bounds that are kept. In practice there are fewer: scales are few, and so are the indices of the values. */
const MAX_BOUNDS = 20_000;
const LINE_FEED = 0x0a;
const LE = 'le="';
const INFINITE = Buffer.from('+Inf"} ');

export class ClassicBuckets {
  private readonly bounds = new Map<number, Map<number, Bound>>();
  private count = 0;
  private readonly zero: Bound;

  constructor(readonly options: ClassicOptions) {
    this.zero = this.make(0);
  }

  page(source: PageSource, layout: ExponentialLayout): PageRendering {
    return new ClassicPage(source, layout, this);
  }

  /** ±base^index, or 0. */
  bound(scale: number, index: number, sign: 1 | 0 | -1): Bound {
    if (sign === 0) return this.zero;
    const key = 2 * scale + (sign > 0 ? 1 : 0);
    let ofScale = this.bounds.get(key);
    if (ofScale === undefined) {
      ofScale = new Map();
      this.bounds.set(key, ofScale);
    }
    let bound = ofScale.get(index);
    if (bound === undefined) {
      bound = this.make(sign * 2 ** (index * 2 ** -scale));
      ofScale.set(index, bound);
      if (++this.count > MAX_BOUNDS) {
        this.count = 0;
        this.bounds.clear();
      }
    }
    return bound;
  }

  private make(value: number): Bound {
    // -0 is the bound of negative numbers which are too small for another one.
    return {
      value: value === 0 ? 0 : value,
      text: Buffer.from(`${this.options.boundText(value === 0 ? 0 : value)}"} `),
    };
  }
}

interface Bound {
  readonly value: number;
  /** The text behind `le="`, up to the number. */
  readonly text: Buffer;
}

class ClassicPage extends RewrittenPage {
  private readonly prefixes: Prefixes;
  /** The bucket that is written as soon as the next one has another bound. */
  private pending: Bound | undefined;

  constructor(
    source: PageSource,
    private readonly layout: ExponentialLayout,
    private readonly classic: ClassicBuckets,
  ) {
    super(source.page);
    this.prefixes = prefixesOf(source, layout.sum);
  }

  override get held(): number {
    const { count, sum, bucket } = this.prefixes;
    return super.held + count.held + (sum?.held ?? 0) + bucket.held;
  }

  protected write(index: number, numbers: Float64Array, offset: number): DropReason | undefined {
    const { layout, classic, prefixes } = this;
    const at = (index: number): number => numbers[offset + index] as number;
    const scale = at(EXP_SCALE);
    // The numbers of a series that is not present may be anything.
    const negative = Math.min(at(EXP_NEGATIVE_LENGTH), layout.negative);
    const positive = Math.min(at(EXP_POSITIVE_LENGTH), layout.positive);
    const positiveAt = offset + EXP_BUCKETS;
    const negativeAt = positiveAt + layout.positive;
    const zeroCount = totalOf(numbers, offset + EXP_ZERO_COUNT, 1);
    const total = zeroCount + totalOf(numbers, positiveAt, positive) + totalOf(numbers, negativeAt, negative);
    // What is in no bucket counts in +Inf.
    if (!(total <= totalOf(numbers, offset + COUNT, 1))) return 'count';
    const { strict } = classic.options;
    const isForbidden = strict && prefixes.sum !== undefined && !(at(SUM) >= 0);
    const sum = strict && (negative > 0 || isForbidden) ? undefined : prefixes.sum;
    if (!strict || sum !== undefined) this.line(prefixes.count, index, at(COUNT));
    if (sum !== undefined) this.line(sum, index, at(SUM));
    let cumulative = 0;
    this.pending = undefined;
    for (let i = negative - 1; i >= 0; i--) {
      this.next(classic.bound(scale, at(EXP_NEGATIVE_OFFSET) + i, -1), index, cumulative);
      cumulative += numbers[negativeAt + i]!;
    }
    this.next(classic.bound(scale, 0, 0), index, cumulative);
    cumulative += zeroCount;
    for (let i = 0; i < positive; i++) {
      this.next(classic.bound(scale, at(EXP_POSITIVE_OFFSET) + i + 1, 1), index, cumulative);
      cumulative += numbers[positiveAt + i]!;
    }
    this.next(undefined, index, cumulative);
    this.bucket(index, INFINITE, at(COUNT));
    return isForbidden && negative === 0 ? 'sum' : undefined;
  }

  /** Far from 1, several boundaries round to 0 or to infinity: such an `le` is written once, with the count of all. */
  private next(bound: Bound | undefined, index: number, cumulative: number): void {
    const { pending } = this;
    if (pending !== undefined && pending.value !== bound?.value && Number.isFinite(pending.value)) {
      this.bucket(index, pending.text, cumulative);
    }
    this.pending = bound;
  }

  private bucket(index: number, bound: Buffer, value: number): void {
    const { out } = this;
    this.prefixes.bucket.appendTo(out, index);
    out.append(bound);
    out.number(value);
    out.byte(LINE_FEED);
  }

  private line(prefix: ByteStrings, index: number, value: number): void {
    const { out } = this;
    prefix.appendTo(out, index);
    out.number(value);
    out.byte(LINE_FEED);
  }
}

/** The text before the number in each line of a series: for a bucket, the text before the value of `le`. */
interface Prefixes {
  readonly count: ByteStrings;
  readonly sum: ByteStrings | undefined;
  readonly bucket: ByteStrings;
}

/** The serializer is asked for histograms with a +Inf bucket only. */
function prefixesOf({ scope, family, page, labels }: PageSource, sum: boolean): Prefixes {
  const layout: HistogramLayout = { kind: 'histogram', sum, min: false, max: false, bounds: [], buckets: 1 };
  const text = pageLines(scope, asHistogram(family), layout, attributesOf(page), labels);
  const lines = text.split('\n');
  lines.pop();
  const perSeries = sum ? 3 : 2;
  const nth = (place: number): string[] => lines.filter((_, i) => i % perSeries === place);
  const withoutNumber = (line: string): string => line.slice(0, -1);
  return {
    count: ByteStrings.ofTexts(nth(0).map(withoutNumber)),
    sum: sum ? ByteStrings.ofTexts(nth(1).map(withoutNumber)) : undefined,
    bucket: ByteStrings.ofTexts(nth(perSeries - 1).map((line) => line.slice(0, line.lastIndexOf(LE) + LE.length))),
  };
}
