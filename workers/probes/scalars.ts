/** Readings of sums and gauges: a single series, the sum of many sums, or the range of many gauges. */
import { SCALAR_VALUE, type Layout } from '../../core/snapshot';
import { changeOfScalar, numberAt, type ComparedFamily } from '../../core/query/compared-family';
import type { CounterMode } from '../../protocol/tasks';
import { estimate, type Statistic, type Reading } from './reading';

/** @returns `NaN` for the change of a series without a previous number: how much of its number is new is not known */
function scalarOf(compared: ComparedFamily, offset: number, counters: CounterMode): number {
  switch (counters) {
    case 'total':
      return numberAt(compared.values, offset + SCALAR_VALUE);
    case 'delta':
      return changeOfScalar(compared, offset, offset);
    case 'rate':
      return changeOfScalar(compared, offset, offset) / compared.seconds;
  }
}

/** The sum over all series that have a number; for a single series its number. */
export class ScalarSum implements Reading {
  private sum = 0;
  private seen = false;

  constructor(
    private readonly label: string,
    private readonly counters: CounterMode,
  ) {}

  add(compared: ComparedFamily, _layout: Layout, offset: number): void {
    const value = scalarOf(compared, offset, this.counters);
    if (Number.isNaN(value)) return;
    this.sum += value;
    this.seen = true;
  }

  statistics(): Statistic[] {
    const sum = this.counters === 'rate' ? estimate(this.sum) : this.sum;
    return [{ label: this.label, value: this.seen ? sum : NaN, inUnit: true }];
  }
}

/** Minimum, mean and maximum over all series that have a number. */
export class ScalarRange implements Reading {
  private min = Infinity;
  private max = -Infinity;
  private sum = 0;
  private count = 0;

  add(compared: ComparedFamily, _layout: Layout, offset: number): void {
    const value = scalarOf(compared, offset, 'total');
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
