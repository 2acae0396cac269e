/** Reading of summaries: the quantiles as the process has them, rate and average of the observations of the interval. */
import { COUNT, SUM, SUMMARY_VALUES, strideOf, type Layout } from '../../core/snapshot';
import { CountRate } from './histograms';
import { baselineOf, numberAt, type Interval } from './interval';
import { estimate, type Statistic, type Reading } from './reading';

/** Over many series, of each quantile the highest value: quantiles cannot be added up, and the worst is looked for. */
export class SummaryReading implements Reading {
  private readonly rate = new CountRate();
  private count = 0;
  private sum = 0;
  private readonly quantiles = new Map<number, number>();

  add(interval: Interval, layout: Layout, offset: number): void {
    if (layout.kind !== 'summary') return;
    const { values } = interval;
    for (let i = 0; i < layout.quantiles.length; i++) {
      const quantile = layout.quantiles[i] as number;
      const value = numberAt(values, offset + SUMMARY_VALUES + i);
      const before = this.quantiles.get(quantile) ?? NaN;
      this.quantiles.set(quantile, value > before || Number.isNaN(before) ? value : before);
    }
    const baseline = baselineOf(interval, offset, strideOf(layout));
    if (baseline === 'unknown') return;
    const count = numberAt(values, offset + COUNT);
    const { previous } = interval;
    const hasBefore = baseline === 'previous' && previous !== undefined && count >= numberAt(previous, offset + COUNT);
    const observed = count - (hasBefore ? numberAt(previous, offset + COUNT) : 0);
    this.count += observed;
    this.sum += numberAt(values, offset + SUM) - (hasBefore ? numberAt(previous, offset + SUM) : 0);
    this.rate.add(observed, interval.seconds);
  }

  statistics(): Statistic[] {
    const quantiles = [...this.quantiles].sort(([a], [b]) => a - b);
    return [
      ...quantiles.map(([quantile, value]) => ({ label: labelOf(quantile), value: estimate(value), inUnit: true })),
      { label: 'avg', value: estimate(this.sum / this.count), inUnit: true },
      this.rate.statistic(),
    ];
  }
}

/** Such as `p50` and `p99.9`. */
function labelOf(quantile: number): string {
  return `p${estimate(quantile * 100)}`;
}
