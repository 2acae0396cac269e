/**
 * Which numbers the formats forbid. All of them want histograms whose buckets are cumulative and end with the count.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import {
  COUNT,
  HISTOGRAM_BUCKETS,
  SCALAR_STRIDE,
  SCALAR_VALUE,
  SUM,
  SUMMARY_VALUES,
  strideOf,
  type HistogramLayout,
  type Page,
  type SummaryLayout,
} from '../../../../core/snapshot';
import { totalOf } from '../../numbers/counts';
import type { LeftOut } from './left-out';

/** Notes the series of a page that are forbidden. @param base index in `values` of the page's first number */
export type FindForbidden = (page: Page, values: Float64Array, base: number, leftOut: LeftOut) => void;

/** Counters are numbers from 0 on. */
export const forbiddenCounters: FindForbidden = ({ size }, values, base, leftOut) => {
  for (let i = 0, at = base + SCALAR_VALUE; i < size; i++, at += SCALAR_STRIDE) {
    if (!(values[at]! >= 0)) leftOut.add(i, 'value');
  }
};

/** @param sums whether the sums of the histograms are shown, and have to be numbers from 0 on */
export function forbiddenHistograms(layout: HistogramLayout, sums: boolean): FindForbidden {
  return ({ size }, values, base, leftOut) => {
    const stride = strideOf(layout);
    for (let i = 0, at = base; i < size; i++, at += stride) {
      if (!addsUp(values, at, layout)) leftOut.add(i, 'count');
      else if (sums && !(values[at + SUM]! >= 0)) leftOut.add(i, 'sum');
    }
  };
}

/** In OpenMetrics, count and sum of a summary are numbers from 0 on, and no quantile has a value below 0. */
export function forbiddenSummaries(layout: SummaryLayout): FindForbidden {
  return ({ size }, values, base, leftOut) => {
    const stride = strideOf(layout);
    for (let i = 0, at = base; i < size; i++, at += stride) {
      if (Number.isNaN(totalOf(values, at + COUNT, 1))) leftOut.add(i, 'count');
      else if (hasNegative(values, at + SUMMARY_VALUES, at + stride)) leftOut.add(i, 'quantile');
      else if (!(values[at + SUM]! >= 0)) leftOut.add(i, 'sum');
    }
  };
}

function hasNegative(values: Float64Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (values[at]! < 0) return true;
  return false;
}

/** Whether the histogram has a count, and buckets which add up to it. @param most the largest count that is allowed */
export function addsUp(values: Float64Array, at: number, { buckets }: HistogramLayout, most = Infinity): boolean {
  const total = totalOf(values, at + HISTOGRAM_BUCKETS, buckets);
  return total <= most && total === values[at + COUNT];
}
