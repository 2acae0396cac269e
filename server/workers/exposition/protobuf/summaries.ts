/** Summaries: count, sum and quantiles. */
import { COUNT, SUM, SUMMARY_VALUES, type Page, type SummaryLayout } from '../../../../core/snapshot';
import type { DropReason } from '../../../protocol/dropped';
import { totalOf } from '../../numbers/counts';
import { Bytes } from '../pages/bytes';
import type { ByteStrings } from '../pages/byte-strings';
import { RewrittenPage } from '../pages/rewritten-page';
import { FAMILY, METRIC, QUANTILE, SUMMARY, bytesTag, doubleTag, varintTag } from './schema';

export class SummaryPage extends RewrittenPage {
  private readonly summary = new Bytes();
  private readonly quantile = new Bytes();
  private readonly metric = new Bytes();

  constructor(
    page: Page,
    private readonly layout: SummaryLayout,
    private readonly labels: ByteStrings,
  ) {
    super(page);
  }

  override get held(): number {
    return super.held + this.labels.held;
  }

  protected write(index: number, numbers: Float64Array, offset: number): DropReason | undefined {
    const { summary, quantile, metric, layout } = this;
    if (!(totalOf(numbers, offset + COUNT, 1) <= Number.MAX_SAFE_INTEGER)) return 'count';
    summary.clear();
    summary.byte(varintTag(SUMMARY.sampleCount));
    summary.varint(numbers[offset + COUNT]!);
    summary.byte(doubleTag(SUMMARY.sampleSum));
    summary.double(numbers[offset + SUM]!);
    for (let i = 0; i < layout.quantiles.length; i++) {
      quantile.clear();
      quantile.byte(doubleTag(QUANTILE.quantile));
      quantile.double(layout.quantiles[i]!);
      quantile.byte(doubleTag(QUANTILE.value));
      quantile.double(numbers[offset + SUMMARY_VALUES + i]!);
      summary.message(bytesTag(SUMMARY.quantile), quantile);
    }
    metric.clear();
    this.labels.appendTo(metric, index);
    metric.message(bytesTag(METRIC.summary), summary);
    this.out.message(bytesTag(FAMILY.metric), metric);
    return undefined;
  }
}
