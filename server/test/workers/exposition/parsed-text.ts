import { checkExemplar, parseExemplar } from './parsed-exemplar';
import type { ParsedFamily, Sample, TextFormat } from './parsed-family';
import { checkSummary, summariesOf } from './parsed-summary';
import { NUMBER, parseLabels, toNumber } from './tokens';

/**
 * Reads expositions as strictly as the formats are written down: whatever a scraper could refuse or take wrongly is an
 * error here.
 */

const METADATA = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) ([^]*)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^]*)\})? (\S+)$/;
const TYPES = {
  text: ['counter', 'gauge', 'histogram', 'summary'],
  openmetrics: ['counter', 'gauge', 'histogram', 'summary', 'info'],
};

export function parse(text: string, format: TextFormat): ParsedFamily[] {
  const families = new Map<string, ParsedFamily>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no EOF');
  let current: ParsedFamily | undefined;
  for (const line of lines) {
    const metadata = METADATA.exec(line);
    if (metadata === null) {
      const sample = parseSample(line, format);
      if (current === undefined || !belongs(sample.name, current, format)) throw new Error(`stray sample: ${line}`);
      current.samples.push(sample);
      continue;
    }
    const [, kind = '', name = '', rest = ''] = metadata;
    if (name !== current?.name) {
      if (families.has(name)) throw new Error(`family ${name} in two groups`);
      current = { name, type: undefined, help: undefined, unit: undefined, samples: [] };
      families.set(name, current);
    }
    if (current.samples.length > 0) throw new Error(`metadata behind samples: ${line}`);
    const key = kind.toLowerCase() as 'help' | 'type' | 'unit';
    if (current[key] !== undefined) throw new Error(`twice: ${line}`);
    current[key] = rest;
  }
  const seen = new Set<string>();
  for (const family of families.values()) checkFamily(family, format, seen);
  checkNames(families, format);
  return [...families.values()];
}

function parseSample(line: string, format: TextFormat): Sample {
  const [all, behind] = format === 'openmetrics' ? splitExemplar(line) : [line];
  const [, name = '', labelText = '', number = ''] = SAMPLE.exec(all) ?? [];
  if (name === '' || !NUMBER.test(number)) throw new Error(`no sample: ${line}`);
  const sample = { name, labels: parseLabels(labelText, line), value: toNumber(number) };
  return behind === undefined ? sample : { ...sample, exemplar: parseExemplar(behind) };
}

/** An exemplar follows a number; a label's value may have anything in it. */
function splitExemplar(line: string): [sample: string, exemplar?: string] {
  const [, sample, exemplar] = /^((?:[^"]|"(?:[^"\\]|\\.)*")*?) # (\{.*)$/s.exec(line) ?? [];
  return sample === undefined || exemplar === undefined ? [line] : [sample, exemplar];
}

function belongs(sample: string, { name, type }: ParsedFamily, format: TextFormat): boolean {
  if (type === 'histogram') return ['_bucket', '_count', '_sum'].some((suffix) => sample === name + suffix);
  if (type === 'summary') return ['', '_count', '_sum'].some((suffix) => sample === name + suffix);
  if (format === 'text') return sample === name;
  if (type === 'counter') return sample === `${name}_total`;
  return sample === (type === 'info' ? `${name}_info` : name);
}

function checkFamily(family: ParsedFamily, format: TextFormat, seen: Set<string>): void {
  const { name, type, help, unit, samples } = family;
  if (type === undefined || !TYPES[format].includes(type)) throw new Error(`${name} has type ${type ?? 'none'}`);
  if (help === undefined) throw new Error(`${name} has no help`);
  if (format === 'openmetrics') {
    if (unit !== undefined && !name.endsWith(`_${unit}`)) throw new Error(`${name} has unit ${unit}`);
    if (!/^(?:[^"\\]|\\["\\n])*$/.test(help)) throw new Error(`${name} has help ${help}`);
  }
  for (const sample of samples) {
    if (format === 'openmetrics') checkValue(sample, family);
    // A label without a value is none.
    const key = JSON.stringify([sample.name, [...sample.labels].filter(([, text]) => text !== '').sort()]);
    if (seen.has(key)) throw new Error(`twice: ${key}`);
    seen.add(key);
  }
  if (type === 'histogram') for (const histogram of histogramsOf(family)) checkHistogram(histogram, format);
  if (type === 'summary') for (const summary of summariesOf(family)) checkSummary(summary, format);
  for (const sample of samples) checkExemplar(sample, family);
}

/** Counters, counts and sums are numbers from 0 on, and an info is 1. */
function checkValue({ name: sample, value }: Sample, { name, type }: ParsedFamily): void {
  if (type === 'info' && value !== 1) throw new Error(`${sample} is ${value}`);
  const suffix = sample.slice(name.length);
  if (['_total', '_sum', '_count', '_bucket'].includes(suffix) && !(value >= 0)) {
    throw new Error(`${sample} is ${value}`);
  }
}

/** No family is called as samples of another one may be. */
function checkNames(families: ReadonlyMap<string, ParsedFamily>, format: TextFormat): void {
  for (const { name, type } of families.values()) {
    const suffixes =
      type === 'histogram' ? ['_bucket', '_count', '_sum'] : type === 'summary' ? ['_count', '_sum'] : [];
    if (format === 'openmetrics' && type === 'counter') suffixes.push('_total');
    if (format === 'openmetrics' && ['counter', 'histogram', 'summary'].includes(type ?? '')) suffixes.push('_created');
    for (const suffix of suffixes) if (families.has(name + suffix)) throw new Error(`${name}${suffix} is a family too`);
  }
}

export interface ParsedHistogram {
  /** Without `le`. */
  readonly labels: string;
  readonly buckets: [le: string, value: number][];
  count: number | undefined;
  sum: number | undefined;
}

/** The histograms of a family, of which each has to be in one piece. */
export function histogramsOf({ name, samples }: ParsedFamily): ParsedHistogram[] {
  const histograms: ParsedHistogram[] = [];
  const seen = new Set<string>();
  for (const sample of samples) {
    const labels = JSON.stringify([...sample.labels].filter(([label, text]) => label !== 'le' && text !== '').sort());
    if (histograms.at(-1)?.labels !== labels) {
      if (seen.has(labels)) throw new Error(`${name}${labels} in two pieces`);
      seen.add(labels);
      histograms.push({ labels, buckets: [], count: undefined, sum: undefined });
    }
    const histogram = histograms.at(-1)!;
    if (sample.name.endsWith('_bucket')) histogram.buckets.push([sample.labels.get('le') ?? 'none', sample.value]);
    else histogram[sample.name.endsWith('_count') ? 'count' : 'sum'] = sample.value;
  }
  return histograms;
}

function checkHistogram({ labels, buckets, count, sum }: ParsedHistogram, format: TextFormat): void {
  if (buckets.at(-1)?.[0] !== '+Inf') throw new Error(`no last bucket +Inf: ${labels}`);
  let bound = Number.NEGATIVE_INFINITY;
  let below = 0;
  for (const [le, value] of buckets) {
    const next = toNumber(le);
    if (!(next > bound)) throw new Error(`le ${le} behind ${bound}: ${labels}`);
    if (!Number.isInteger(value) || value < 0) throw new Error(`bucket ${le} has ${value}: ${labels}`);
    if (!(value >= below)) throw new Error(`bucket ${le} has ${value} behind ${below}: ${labels}`);
    if (format === 'openmetrics' && !/^(\+Inf|-?\d+\.\d+|-?\d(\.\d+)?e[+-]\d\d+)$/.test(le))
      throw new Error(`le ${le}`);
    bound = next;
    below = value;
  }
  if (format === 'text' ? count === undefined : (count === undefined) !== (sum === undefined)) {
    throw new Error(`count ${count ?? 'none'}, sum ${sum ?? 'none'}: ${labels}`);
  }
  if (count !== undefined && count !== below) throw new Error(`count ${count}, +Inf bucket ${below}: ${labels}`);
  if (format === 'openmetrics' && sum !== undefined && toNumber(buckets[0]![0]) < 0) throw new Error(`sum: ${labels}`);
}
