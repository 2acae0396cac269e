/** What a protobuf exposition has to fulfil beyond its schema. */
import type { DecodedExemplar, DecodedFamily, DecodedHistogram, DecodedMetric, DecodedSummary } from './decoded-family';

const COUNTER = 0;
const GAUGE = 1;
const SUMMARY = 2;
const HISTOGRAM = 4;

export function checkFamilies(families: readonly DecodedFamily[]): void {
  const names = new Set<string>();
  for (const { name, type, unit, metrics } of families) {
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new Error(`family ${name}`);
    if (names.has(name)) throw new Error(`family ${name} in two groups`);
    names.add(name);
    if (unit !== undefined && !name.replace(/_total$/, '').endsWith(`_${unit}`)) throw new Error(`${name} has ${unit}`);
    const seen = new Set<string>();
    for (const metric of metrics) {
      checkMetric(name, type, metric);
      const key = JSON.stringify(metric.labels.filter(([, value]) => value !== '').sort());
      if (seen.has(key)) throw new Error(`twice: ${name} ${key}`);
      seen.add(key);
    }
  }
}

function checkMetric(name: string, type: number, metric: DecodedMetric): void {
  const { labels, counter, gauge, summary, histogram, exemplar } = metric;
  const names = labels.map(([label]) => label);
  if (new Set(names).size < names.length) throw new Error(`a label of ${name} twice: ${names.join()}`);
  for (const label of names) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label === '__name__') throw new Error(`label ${label} of ${name}`);
  }
  const own = { [COUNTER]: counter, [GAUGE]: gauge, [SUMMARY]: summary, [HISTOGRAM]: histogram }[type];
  const all = [counter, gauge, summary, histogram].filter((one) => one !== undefined);
  if (own === undefined || all.length !== 1) throw new Error(`${name} of type ${type} has ${all.length} values`);
  if (histogram !== undefined) checkHistogram(name, histogram);
  if (summary !== undefined) checkSummary(name, summary);
  if (exemplar !== undefined) checkExemplar(name, exemplar);
}

function checkSummary(name: string, { count, quantiles }: DecodedSummary): void {
  if (!isCount(count)) throw new Error(`${name} has count ${count}`);
  let last = -1;
  for (const [quantile] of quantiles) {
    if (!(quantile > last && quantile <= 1)) throw new Error(`${name}: quantile ${quantile} behind ${last}`);
    last = quantile;
  }
}

function checkExemplar(name: string, { labels }: DecodedExemplar): void {
  const names = labels.map(([label]) => label);
  if (new Set(names).size < names.length) throw new Error(`a label of an exemplar of ${name} twice: ${names.join()}`);
  if (Array.from(labels.flat().join('')).length > 128) throw new Error(`an exemplar of ${name} is too long`);
}

function checkHistogram(name: string, histogram: DecodedHistogram): void {
  const { schema, count, buckets, exemplars, zeroCount, positive, negative } = histogram;
  for (const exemplar of exemplars.values()) checkExemplar(name, exemplar);
  if (!isCount(count)) throw new Error(`${name} has count ${count}`);
  if (schema !== undefined) {
    const counts = [zeroCount ?? 0, ...positive.values(), ...negative.values()];
    if (schema < -4 || schema > 8) throw new Error(`${name} has schema ${schema}`);
    if (!counts.every(isCount)) throw new Error(`${name} has counts ${counts.join()}`);
    const total = counts.reduce((a, b) => a + b, 0);
    if (total !== count) throw new Error(`${name} has count ${count}, and ${total} in buckets`);
    return;
  }
  let [bound, below] = [-Infinity, 0];
  for (const [next, cumulative] of buckets) {
    if (!(next > bound)) throw new Error(`${name}: bound ${next} behind ${bound}`);
    if (!isCount(cumulative) || cumulative < below) throw new Error(`${name}: ${cumulative} behind ${below}`);
    [bound, below] = [next, cumulative];
  }
  if (bound !== Infinity || below !== count) throw new Error(`${name} has count ${count}, and ${below} up to ${bound}`);
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0;
}
