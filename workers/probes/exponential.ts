/** Reading of exponential histograms: quantiles and rate of the observations of the interval. */
import {
  COUNT,
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  EXP_ZERO_COUNT,
  strideOf,
  type ExponentialLayout,
  type Layout,
} from '../../core/snapshot';
import { baselineOf, numberAt, type Interval } from './interval';
import { ExponentialBuckets } from '../../core/exponential/buckets';
import { CountRate } from './histograms';
import { QUANTILES } from './quantile';
import { estimate, type Statistic, type Reading } from './reading';

/** A series without previous numbers counts with all observations that it has so far. */
export class ExponentialReading implements Reading {
  private readonly rate = new CountRate();
  private readonly recorded = new ExponentialBuckets();
  /** Scratch for the change of one series: too large to be allocated for each series. */
  private readonly change = new ExponentialBuckets();

  add(interval: Interval, layout: Layout, offset: number): void {
    if (layout.kind !== 'exponential') return;
    const { values } = interval;
    const baseline = baselineOf(interval, offset, strideOf(layout));
    const count = numberAt(values, offset + COUNT);
    if (baseline === 'previous' && interval.previous !== undefined) {
      const { previous } = interval;
      const before = numberAt(previous, offset + COUNT);
      if (count >= before && this.addChange(values, previous, layout, offset)) {
        this.rate.add(count - before, interval.seconds);
        return;
      }
    }
    addSeries(this.recorded, values, layout, offset, 1);
    if (baseline !== 'unknown') this.rate.add(count, interval.seconds);
  }

  statistics(): Statistic[] {
    return [
      ...QUANTILES.map(([label, q]) => ({ label, value: estimate(this.recorded.quantile(q)), inUnit: true })),
      this.rate.statistic(),
    ];
  }

  /** @returns false, with nothing added, where a bucket has become smaller: then the series was reset */
  private addChange(values: Float64Array, previous: Float64Array, layout: ExponentialLayout, offset: number): boolean {
    const { change } = this;
    change.clear();
    addSeries(change, values, layout, offset, 1);
    addSeries(change, previous, layout, offset, -1);
    if (change.hasDeficit) return false;
    this.recorded.addAll(change);
    return true;
  }
}

function addSeries(
  to: ExponentialBuckets,
  column: Float64Array,
  layout: ExponentialLayout,
  offset: number,
  sign: 1 | -1,
): void {
  const scale = numberAt(column, offset + EXP_SCALE);
  to.addZero(sign * numberAt(column, offset + EXP_ZERO_COUNT));

  const positive = offset + EXP_BUCKETS;
  const positiveLow = numberAt(column, offset + EXP_POSITIVE_OFFSET);
  const positiveLength = Math.min(numberAt(column, offset + EXP_POSITIVE_LENGTH), layout.positive);
  for (let i = 0; i < positiveLength; i++)
    to.addPositive(scale, positiveLow + i, sign * numberAt(column, positive + i));

  const negative = positive + layout.positive;
  const negativeLow = numberAt(column, offset + EXP_NEGATIVE_OFFSET);
  const negativeLength = Math.min(numberAt(column, offset + EXP_NEGATIVE_LENGTH), layout.negative);
  for (let i = 0; i < negativeLength; i++)
    to.addNegative(scale, negativeLow + i, sign * numberAt(column, negative + i));
}
