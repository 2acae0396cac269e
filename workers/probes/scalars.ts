/** Sums and gauges: one by one, a sum of sums, or a range of gauges. */
import { SCALAR_STRIDE, SCALAR_VALUE, type Layout } from '../../core/snapshot';
import { baselineOf, numberAt, type Columns } from './columns';
import { estimate, type Part, type Reading } from './reading';

/** `NaN` for the change of a series at first sight: what it counted before that is not known to be new. */
export function scalarOf(columns: Columns, offset: number): number {
  switch (columns.counters) {
    case 'total':
      return numberAt(columns.values, offset + SCALAR_VALUE);
    case 'delta':
      return changeOf(columns, offset);
    case 'rate':
      return changeOf(columns, offset) / columns.seconds;
  }
}

function changeOf(columns: Columns, offset: number): number {
  const value = numberAt(columns.values, offset + SCALAR_VALUE);
  const baseline = baselineOf(columns, offset, SCALAR_STRIDE);
  if (baseline === 'unknown') return NaN;
  if (baseline === 'zero' || columns.previous === undefined) return value;
  const before = numberAt(columns.previous, offset + SCALAR_VALUE);
  return value < before ? value : value - before;
}

/** The sum of all series that have a number. Of a single series it is that series' number. */
export class ScalarSum implements Reading {
  private sum = 0;
  private seen = false;
  private isRate = false;

  constructor(private readonly label: string) {}

  add(columns: Columns, _layout: Layout, offset: number): void {
    const value = scalarOf(columns, offset);
    if (Number.isNaN(value)) return;
    this.sum += value;
    this.seen = true;
    this.isRate = columns.counters === 'rate';
  }

  parts(): Part[] {
    const sum = this.isRate ? estimate(this.sum) : this.sum;
    return [{ label: this.label, value: this.seen ? sum : NaN, inUnit: true }];
  }
}

/** Least, mean and greatest of all series that have a number. */
export class ScalarRange implements Reading {
  private min = Infinity;
  private max = -Infinity;
  private sum = 0;
  private count = 0;

  add(columns: Columns, _layout: Layout, offset: number): void {
    const value = scalarOf(columns, offset);
    if (Number.isNaN(value)) return;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.sum += value;
    this.count++;
  }

  parts(): Part[] {
    const { min, max, sum, count } = this;
    const part = (label: string, value: number): Part => ({ label, value: count === 0 ? NaN : value, inUnit: true });
    return [part('min', min), part('avg', estimate(sum / count)), part('max', max)];
  }
}
