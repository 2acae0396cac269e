/** What exponential histograms have observed in an interval, taken together. */
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
} from '../snapshot';
import { ExponentialBuckets } from '../exponential/buckets';
import { addKnown, baselineOf, numberAt, type ComparedFamily } from './compared-family';

/** The change of one series, which is added before the next one is looked at: too large to be allocated for each. */
const change = new ExponentialBuckets();

/** A series without previous numbers counts with all observations that it has so far. */
export class ObservedExponential {
  /** Observations of the series of which the change is known; `NaN`: of none. */
  count = NaN;
  private readonly recorded = new ExponentialBuckets();

  add(compared: ComparedFamily, layout: Layout, offset: number, before: number): void {
    if (layout.kind !== 'exponential') return;
    const { values } = compared;
    const baseline = baselineOf(compared, offset, before, strideOf(layout));
    const count = numberAt(values, offset + COUNT);
    if (baseline === 'previous' && compared.previous !== undefined) {
      const { previous } = compared;
      const former = numberAt(previous, before + COUNT);
      if (count >= former && this.addChange(values, offset, previous, before, layout)) {
        this.count = addKnown(this.count, count - former);
        return;
      }
    }
    addSeries(this.recorded, values, layout, offset, 1);
    if (baseline !== 'unknown') this.count = addKnown(this.count, count);
  }

  addAll(other: ObservedExponential): void {
    this.count = addKnown(this.count, other.count);
    this.recorded.addAll(other.recorded);
  }

  /** @returns `NaN` where nothing was observed */
  quantile(q: number): number {
    return this.recorded.quantile(q);
  }

  /** @returns false, with nothing added, where a bucket has become smaller: then the series was reset */
  private addChange(
    values: Float64Array,
    offset: number,
    previous: Float64Array,
    before: number,
    layout: ExponentialLayout,
  ): boolean {
    change.clear();
    addSeries(change, values, layout, offset, 1);
    addSeries(change, previous, layout, before, -1);
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
