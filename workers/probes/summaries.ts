/** Reading of summaries: the quantiles as the process has them, rate and average of the observations of the interval. */
import { SUM, SUMMARY_VALUES, type Layout } from '../../core/snapshot';
import { addKnown, changeOfCount, numberAt, type ComparedFamily } from '../../core/query/compared-family';
import { estimate, rateOfCount, type Statistic, type Reading } from './reading';

/** Over many series, of each quantile the highest value: quantiles cannot be added up, and the worst is looked for. */
export class SummaryReading implements Reading {
  private count = NaN;
  private sum = NaN;
  private seconds = NaN;
  private readonly quantiles = new Map<number, number>();

  add(compared: ComparedFamily, layout: Layout, offset: number): void {
    if (layout.kind !== 'summary') return;
    const { values } = compared;
    for (let i = 0; i < layout.quantiles.length; i++) {
      const quantile = layout.quantiles[i] as number;
      const value = numberAt(values, offset + SUMMARY_VALUES + i);
      const before = this.quantiles.get(quantile) ?? NaN;
      this.quantiles.set(quantile, value > before || Number.isNaN(before) ? value : before);
    }
    this.count = addKnown(this.count, changeOfCount(compared, layout, offset, offset));
    this.sum = addKnown(this.sum, changeOfCount(compared, layout, offset, offset, SUM));
    this.seconds = compared.seconds;
  }

  statistics(): Statistic[] {
    const quantiles = [...this.quantiles].sort(([a], [b]) => a - b);
    return [
      ...quantiles.map(([quantile, value]) => ({ label: labelOf(quantile), value: estimate(value), inUnit: true })),
      { label: 'avg', value: estimate(this.sum / this.count), inUnit: true },
      rateOfCount(this.count, this.seconds),
    ];
  }
}

/** Such as `p50` and `p99.9`. */
function labelOf(quantile: number): string {
  return `p${estimate(quantile * 100)}`;
}
