/** Readings of sums and gauges: a single series, the sum of many sums, or the range of many gauges. */
import { SCALAR_STRIDE, SCALAR_VALUE, type Layout } from '../../core/snapshot';
import { baselineOf, numberAt, type Interval } from './interval';
import { estimate, type Statistic, type Reading } from './reading';

/** @returns `NaN` for the change of a series without a previous number: how much of its number is new is not known */
function scalarOf(interval: Interval, offset: number): number {
  switch (interval.counters) {
    case 'total':
      return numberAt(interval.values, offset + SCALAR_VALUE);
    case 'delta':
      return changeOf(interval, offset);
    case 'rate':
      return changeOf(interval, offset) / interval.seconds;
  }
}

function changeOf(interval: Interval, offset: number): number {
  const value = numberAt(interval.values, offset + SCALAR_VALUE);
  const baseline = baselineOf(interval, offset, SCALAR_STRIDE);
  if (baseline === 'unknown') return NaN;
  if (baseline === 'zero' || interval.previous === undefined) return value;
  const before = numberAt(interval.previous, offset + SCALAR_VALUE);
  return value < before ? value : value - before;
}

/** The sum over all series that have a number; for a single series its number. */
export class ScalarSum implements Reading {
  private sum = 0;
  private seen = false;
  private isRate = false;

  constructor(private readonly label: string) {}

  add(interval: Interval, _layout: Layout, offset: number): void {
    const value = scalarOf(interval, offset);
    if (Number.isNaN(value)) return;
    this.sum += value;
    this.seen = true;
    this.isRate = interval.counters === 'rate';
  }

  statistics(): Statistic[] {
    const sum = this.isRate ? estimate(this.sum) : this.sum;
    return [{ label: this.label, value: this.seen ? sum : NaN, inUnit: true }];
  }
}

/** Minimum, mean and maximum over all series that have a number. */
export class ScalarRange implements Reading {
  private min = Infinity;
  private max = -Infinity;
  private sum = 0;
  private count = 0;

  add(interval: Interval, _layout: Layout, offset: number): void {
    const value = scalarOf(interval, offset);
    if (Number.isNaN(value)) return;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.sum += value;
    this.count++;
  }

  statistics(): Statistic[] {
    const { min, max, sum, count } = this;
    const statistic = (label: string, value: number): Statistic => ({
      label,
      value: count === 0 ? NaN : value,
      inUnit: true,
    });
    return [statistic('min', min), statistic('avg', estimate(sum / count)), statistic('max', max)];
  }
}
