/** Families and samples of a library's text, and of a collection, in one form that can be compared. */
import { DataPointType, type DataPoint, type HistogramValue, type MetricData } from '../../core/otel';
import type { SummaryValue } from '../../core/otel';

/** By the first line of a family: its samples, by name and labels. */
export type Families = Record<string, Record<string, number>>;

interface Sample {
  readonly name: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

export function familiesOfText(text: string): Families {
  const families: Families = {};
  let help = '';
  let samples: Record<string, number> = {};
  for (const line of text.split('\n')) {
    if (line === '' || line === '# EOF') continue;
    if (line.startsWith('# HELP ')) help = line.slice(7);
    else if (line.startsWith('# TYPE ')) families[`${help} (${line.split(' ')[3]})`] = samples = {};
    else add(samples, parse(line));
  }
  return families;
}

function parse(line: string): Sample {
  const [, name = '', inside = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)(?: # .*)?$/.exec(line) ?? [];
  const labels = Array.from(
    inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g),
    ([, key = '', text = '']) => [key, unescaped(text)] as const,
  );
  return { name, labels, value: numberOf(value) };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

function numberOf(text: string): number {
  return text === 'Nan' ? NaN : Number(text.replace('Inf', 'Infinity'));
}

/** What would be shown of a collection. */
export function familiesOf(collected: unknown): Families {
  const { scopeMetrics } = collected as { scopeMetrics: { metrics: MetricData[] }[] };
  const families: Families = {};
  for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    const { name, description } = metric.descriptor;
    const samples: Record<string, number> = (families[`${name} ${description} (${typeOf(metric)})`] ??= {});
    for (const point of metric.dataPoints) for (const sample of samplesOf(name, metric, point)) add(samples, sample);
  }
  return families;
}

function typeOf({ dataPointType }: MetricData): string {
  const name = Object.entries(DataPointType).find(([, type]) => type === dataPointType)?.[0] ?? '';
  return name === 'SUM' ? 'counter' : name.toLowerCase();
}

function samplesOf(name: string, { dataPointType }: MetricData, { attributes, value }: DataPoint): Sample[] {
  const labels = Object.entries(attributes).map(([key, one]) => [key, String(one)] as const);
  if (typeof value === 'number') return [{ name, labels, value }];
  const { count, sum } = value as HistogramValue & SummaryValue;
  const moments = [
    { name: `${name}_count`, labels, value: count },
    { name: `${name}_sum`, labels, value: sum },
  ];
  if (dataPointType === DataPointType.SUMMARY) {
    const { quantiles, values } = value as SummaryValue;
    return [
      ...moments,
      ...quantiles.map((q, i) => ({ name, labels: [...labels, ['quantile', String(q)] as const], value: values[i]! })),
    ];
  }
  const { boundaries, counts } = (value as HistogramValue).buckets;
  let total = 0;
  const buckets = counts.map((one, i) => {
    const le = i < boundaries.length ? String(boundaries[i]) : '+Inf';
    return { name: `${name}_bucket`, labels: [...labels, ['le', le] as const], value: (total += one) };
  });
  return [...moments, ...buckets];
}

function add(samples: Record<string, number>, { name, labels, value }: Sample): void {
  const key = `${name}{${labels
    .map(([label, text]) => `${label}=${text}`)
    .toSorted()
    .join()}}`;
  // A library shows two series of one text where default labels stand in for what told them apart.
  samples[key in samples ? `${key} again` : key] = value;
}
