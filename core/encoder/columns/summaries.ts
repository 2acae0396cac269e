/** How the numbers of a summary are laid out in a column, and writing them there. Its values are foreign, see `layouts.ts`. */
import type { SummaryValue } from '../../otel';
import { COUNT, SUM, SUMMARY_VALUES, type SummaryLayout } from '../../snapshot';
import { checkedNumber, lengthOf } from './numbers';

/** @throws TypeError where the value is no summary, and whatever reading it throws */
export function summaryLayout({ quantiles: foreign, values }: SummaryValue): SummaryLayout {
  const quantiles: number[] = [];
  const length = lengthOf(foreign, 'quantiles');
  for (let i = 0; i < length; i++) {
    const quantile = checkedNumber(foreign[i], 'a quantile');
    if (!(quantile >= 0 && quantile <= 1)) throw new TypeError(`a quantile is ${quantile}, expected 0 to 1`);
    if (!(quantile > (quantiles[i - 1] ?? -1))) throw new TypeError('quantiles are not in ascending order');
    // Without the sign of -0, which would be a label of its own.
    quantiles.push(Math.abs(quantile));
  }
  const found = lengthOf(values, 'values');
  if (found !== length) throw new TypeError(`there are ${found} values for ${length} quantiles`);
  return { kind: 'summary', quantiles };
}

/** Whether the quantiles are those of the layout. */
function hasQuantiles({ quantiles }: SummaryLayout, foreign: readonly number[]): boolean {
  if (foreign.length !== quantiles.length) return false;
  for (let i = 0; i < quantiles.length; i++) if (foreign[i] !== quantiles[i]) return false;
  return true;
}

export function fitsSummary(layout: SummaryLayout, { quantiles, values }: SummaryValue): boolean {
  return hasQuantiles(layout, quantiles) && values.length === layout.quantiles.length;
}

/** Writes all but the start. @param length how many quantiles the layout has */
export function writeSummary(column: Float64Array, offset: number, length: number, value: SummaryValue): void {
  const { count, sum, values } = value;
  column[offset + COUNT] = checkedNumber(count, 'count');
  column[offset + SUM] = checkedNumber(sum, 'sum');
  for (let i = 0; i < length; i++)
    column[offset + SUMMARY_VALUES + i] = checkedNumber(values[i], 'value of a quantile');
}
