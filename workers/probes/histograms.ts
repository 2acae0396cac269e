/** Readings of both kinds of histogram: quantiles and rate of the observations of the interval. */
import type { Layout } from '../../core/snapshot';
import type { ComparedFamily } from '../../core/query/compared-family';
import { ObservedExponential } from '../../core/query/observed-exponential';
import { ObservedHistogram } from '../../core/query/observed-histogram';
import { estimate, rateOfCount, type Reading, type Statistic } from './reading';

/** The quantiles that probes show of a histogram, with their labels. */
const QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

class ObservedReading implements Reading {
  /** The same for all series. */
  private seconds = NaN;

  constructor(private readonly observed: ObservedHistogram | ObservedExponential) {}

  add(compared: ComparedFamily, layout: Layout, offset: number): void {
    this.observed.add(compared, layout, offset, offset);
    this.seconds = compared.seconds;
  }

  statistics(): Statistic[] {
    const { observed, seconds } = this;
    return [
      ...QUANTILES.map(([label, q]) => ({ label, value: estimate(observed.quantile(q)), inUnit: true })),
      rateOfCount(observed.count, seconds),
    ];
  }
}

export function histogramReading(): Reading {
  return new ObservedReading(new ObservedHistogram());
}

export function exponentialReading(): Reading {
  return new ObservedReading(new ObservedExponential());
}
