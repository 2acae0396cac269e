/** Summaries in text and OpenMetrics, read as strictly as the formats are written down. */
import type { ParsedFamily, TextFormat } from './parsed-family';
import { toNumber } from './tokens';

export interface ParsedSummary {
  /** Without `quantile`. */
  readonly labels: string;
  readonly quantiles: [quantile: string, value: number][];
  count: number | undefined;
  sum: number | undefined;
}

/** The summaries of a family, of which each has to be in one piece. */
export function summariesOf({ name, samples }: ParsedFamily): ParsedSummary[] {
  const summaries: ParsedSummary[] = [];
  const seen = new Set<string>();
  for (const sample of samples) {
    const own = [...sample.labels].filter(([label, text]) => label !== 'quantile' && text !== '');
    const labels = JSON.stringify(own.sort());
    if (summaries.at(-1)?.labels !== labels) {
      if (seen.has(labels)) throw new Error(`${name}${labels} in two pieces`);
      seen.add(labels);
      summaries.push({ labels, quantiles: [], count: undefined, sum: undefined });
    }
    const summary = summaries.at(-1)!;
    const quantile = sample.labels.get('quantile');
    if ((quantile === undefined) === (sample.name === name))
      throw new Error(`${sample.name} with quantile ${quantile}`);
    if (quantile !== undefined) summary.quantiles.push([quantile, sample.value]);
    else summary[sample.name.endsWith('_count') ? 'count' : 'sum'] = sample.value;
  }
  return summaries;
}

export function checkSummary({ labels, quantiles, count, sum }: ParsedSummary, format: TextFormat): void {
  let last = -1;
  for (const [text, value] of quantiles) {
    const quantile = toNumber(text);
    if (!(quantile > last && quantile <= 1)) throw new Error(`quantile ${text} behind ${last}: ${labels}`);
    last = quantile;
    if (format === 'text') continue;
    if (!/^\d+\.\d+$|^\d(\.\d+)?e[+-]\d\d+$/.test(text)) throw new Error(`quantile ${text}`);
    if (value < 0) throw new Error(`quantile ${text} is ${value}: ${labels}`);
  }
  if ((count === undefined) !== (sum === undefined) || (format === 'text' && count === undefined)) {
    throw new Error(`count ${count ?? 'none'}, sum ${sum ?? 'none'}: ${labels}`);
  }
  if (format === 'openmetrics' && count !== undefined && !Number.isInteger(count)) throw new Error(`count ${count}`);
}
