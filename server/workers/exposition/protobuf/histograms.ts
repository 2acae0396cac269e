/** Histograms with explicit bounds. */
import { COUNT, HISTOGRAM_BUCKETS, SUM, strideOf, type HistogramLayout, type Page } from '../../../../core/snapshot';
import type { DropReason } from '../../../protocol/dropped';
import { addsUp } from '../../text/official/forbidden';
import { histogramLines } from '../../text/official/official';
import { Bytes } from '../pages/bytes';
import type { ByteStrings } from '../pages/byte-strings';
import { RewrittenPage } from '../pages/rewritten-page';
import { BUCKET, FAMILY, HISTOGRAM, METRIC, bytesTag, doubleTag, varintTag } from './schema';

export class HistogramPage extends RewrittenPage {
  private readonly histogram = new Bytes();
  private readonly bucket = new Bytes();
  private readonly metric = new Bytes();
  private readonly bounds: readonly number[];

  constructor(
    page: Page,
    private readonly layout: HistogramLayout,
    private readonly labels: ByteStrings,
  ) {
    super(page);
    const { buckets } = histogramLines(layout);
    this.bounds = Array.from({ length: buckets }, (_, i) => layout.bounds[i] ?? Infinity);
  }

  override get held(): number {
    return super.held + this.labels.held;
  }

  protected write(index: number, numbers: Float64Array, offset: number): DropReason | undefined {
    if (!addsUp(numbers, offset, this.layout, Number.MAX_SAFE_INTEGER)) return 'count';
    this.writeSeries(this.out, index, numbers, offset, undefined);
    return undefined;
  }

  /** A series with its exemplars, by index of their buckets. @param base index in `values` of the page's first number */
  seriesWith(index: number, values: Float64Array, base: number, exemplars: ReadonlyMap<number, Bytes>): Buffer {
    const out = new Bytes();
    this.writeSeries(out, index, values, base + index * strideOf(this.layout), exemplars);
    return out.toBuffer();
  }

  private writeSeries(
    out: Bytes,
    index: number,
    numbers: Float64Array,
    offset: number,
    exemplars: ReadonlyMap<number, Bytes> | undefined,
  ): void {
    const { histogram, bucket, metric, bounds } = this;
    histogram.clear();
    histogram.byte(varintTag(HISTOGRAM.sampleCount));
    histogram.varint(numbers[offset + COUNT] as number);
    if (this.layout.sum) {
      histogram.byte(doubleTag(HISTOGRAM.sampleSum));
      histogram.double(numbers[offset + SUM] as number);
    }
    let cumulative = 0;
    for (let i = 0; i < bounds.length; i++) {
      cumulative += numbers[offset + HISTOGRAM_BUCKETS + i] as number;
      bucket.clear();
      bucket.byte(varintTag(BUCKET.cumulativeCount));
      bucket.varint(cumulative);
      bucket.byte(doubleTag(BUCKET.upperBound));
      bucket.double(bounds[i] as number);
      const exemplar = exemplars?.get(i);
      if (exemplar !== undefined) bucket.message(bytesTag(BUCKET.exemplar), exemplar);
      histogram.message(bytesTag(HISTOGRAM.bucket), bucket);
    }
    metric.clear();
    this.labels.appendTo(metric, index);
    metric.message(bytesTag(METRIC.histogram), histogram);
    out.message(bytesTag(FAMILY.metric), metric);
  }
}
