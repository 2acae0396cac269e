/** The rows of a query while it is evaluated: each adds up series, and gives one number in the end. */
import { MAX, MIN, SCALAR_VALUE, SUM, COUNT, type Layout } from '../snapshot';
import { addKnown, changeOfCount, changeOfScalar, numberAt, type ComparedFamily } from './compared-family';
import { ObservedExponential } from './observed-exponential';
import { ObservedHistogram } from './observed-histogram';
import type { QueryStatistic } from './query';
import { quantileOf } from './statistic';

/** Called for every series of a large metric, so it must not allocate. */
export interface Row {
  /** @param before offset in the column before, or `NOWHERE` */
  add(compared: ComparedFamily, layout: Layout, offset: number, before: number): void;
  /** @param other of the same statistic */
  addAll(other: this): void;
  /** `NaN`: nothing is known. */
  readonly value: number;
}

/** @throws RangeError for an unknown statistic */
export function rowFor(statistic: QueryStatistic): () => Row {
  switch (statistic) {
    case 'total':
      return () => new SumRow(totalOf);
    case 'delta':
      return () => new SumRow(changeOf);
    case 'rate':
      return () => new SumRow(rateOf);
    case 'avg':
      return () => new MeanRow();
    case 'min':
      return () => new ExtremeRow(MIN);
    case 'max':
      return () => new ExtremeRow(MAX);
    default: {
      const q = quantileOf(statistic);
      if (q === undefined) throw new RangeError(`"${String(statistic)}" is no statistic`);
      return () => new QuantileRow(q);
    }
  }
}

type NumberOf = (compared: ComparedFamily, layout: Layout, offset: number, before: number) => number;

const totalOf: NumberOf = ({ values }, layout, offset) =>
  numberAt(values, offset + (layout.kind === 'scalar' ? SCALAR_VALUE : COUNT));

const changeOf: NumberOf = (compared, layout, offset, before) =>
  layout.kind === 'scalar' ? changeOfScalar(compared, offset, before) : changeOfCount(compared, layout, offset, before);

const rateOf: NumberOf = (compared, layout, offset, before) =>
  changeOf(compared, layout, offset, before) / compared.seconds;

class SumRow implements Row {
  private sum = 0;
  private isKnown = false;

  constructor(private readonly numberOf: NumberOf) {}

  add(compared: ComparedFamily, layout: Layout, offset: number, before: number): void {
    const value = this.numberOf(compared, layout, offset, before);
    if (Number.isNaN(value)) return;
    this.sum += value;
    this.isKnown = true;
  }

  addAll({ sum, isKnown }: this): void {
    this.sum += sum;
    this.isKnown ||= isKnown;
  }

  get value(): number {
    return this.isKnown ? this.sum : NaN;
  }
}

class MeanRow implements Row {
  private sum = NaN;
  private count = 0;

  add(compared: ComparedFamily, layout: Layout, offset: number, before: number): void {
    if (layout.kind === 'scalar') {
      this.addPart(totalOf(compared, layout, offset, before), 1);
    } else if (layout.kind === 'summary' || layout.sum) {
      const count = changeOfCount(compared, layout, offset, before);
      this.addPart(changeOfCount(compared, layout, offset, before, SUM), count);
    }
  }

  addAll({ sum, count }: this): void {
    this.addPart(sum, count);
  }

  get value(): number {
    return this.count > 0 ? this.sum / this.count : NaN;
  }

  private addPart(sum: number, count: number): void {
    if (Number.isNaN(sum) || Number.isNaN(count)) return;
    this.sum = addKnown(this.sum, sum);
    this.count += count;
  }
}

class ExtremeRow implements Row {
  value = NaN;

  constructor(private readonly field: typeof MIN | typeof MAX) {}

  add({ values }: ComparedFamily, layout: Layout, offset: number): void {
    if (layout.kind === 'scalar') this.take(numberAt(values, offset + SCALAR_VALUE));
    else if (layout.kind !== 'summary' && (this.field === MIN ? layout.min : layout.max)) {
      // Without observations there is no extreme, whatever stands there.
      if (numberAt(values, offset + COUNT) > 0) this.take(numberAt(values, offset + this.field));
    }
  }

  addAll({ value }: this): void {
    this.take(value);
  }

  private take(value: number): void {
    const isFurther = this.field === MIN ? value < this.value : value > this.value;
    if (isFurther || Number.isNaN(this.value)) this.value = value;
  }
}

/** Where scopes have both kinds of histogram, the kind with more observations is shown. */
class QuantileRow implements Row {
  private histogram: ObservedHistogram | undefined;
  private exponential: ObservedExponential | undefined;

  constructor(private readonly q: number) {}

  add(compared: ComparedFamily, layout: Layout, offset: number, before: number): void {
    if (layout.kind !== 'histogram' && layout.kind !== 'exponential') return;
    // What it has observed in the interval is not known.
    if (Number.isNaN(changeOfCount(compared, layout, offset, before))) return;
    if (layout.kind === 'histogram') (this.histogram ??= new ObservedHistogram()).add(compared, layout, offset, before);
    else (this.exponential ??= new ObservedExponential()).add(compared, layout, offset, before);
  }

  addAll({ histogram, exponential }: this): void {
    if (histogram !== undefined) (this.histogram ??= new ObservedHistogram()).addAll(histogram);
    if (exponential !== undefined) (this.exponential ??= new ObservedExponential()).addAll(exponential);
  }

  get value(): number {
    const { histogram, exponential, q } = this;
    const shown = (exponential?.count ?? 0) > (histogram?.count ?? 0) ? exponential : histogram;
    return shown?.quantile(q) ?? NaN;
  }
}
