/** Whatever processes may collect: all formats are valid, and say the same as what was collected. */
import test from 'ava';
import * as fc from '../../../../test/support/properties';
import type { LabelledSnapshot } from '../../../protocol/render';
import {
  DataPointType,
  type ExponentialBuckets,
  type ExponentialHistogramValue,
  type HistogramValue,
  type MetricData,
  type ResourceMetrics,
  type SummaryValue,
} from '../../../../core/otel';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { Exposition } from '../../../workers/exposition/exposition';
import { PrometheusText } from '../../../workers/exposition/instance/prometheus-text';
import { sequencesOfAllKinds } from '../../../../test/core/property/all-kinds';
import { collectText } from '../../../../test/support/collected-text';
import type { DecodedFamily, DecodedHistogram } from './protobuf/decoded-family';
import { decode } from './protobuf/decoded-protobuf';
import type { ParsedFamily, TextFormat } from './parsed-family';
import { parse } from './parsed-text';
import { encodeWith, labels, render } from './rendered-snapshots';

/** Names that do not clash, and consistent histograms. All other numbers are arbitrary. */
function sane({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  let metrics = 0;
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics: some }) => ({
      scope,
      metrics: some.map((metric) => saneMetric(metric, metrics++)).filter(({ dataPoints }) => dataPoints.length > 0),
    })),
  };
}

function saneMetric(metric: MetricData, index: number): MetricData {
  const { descriptor, dataPointType, dataPoints } = metric;
  return {
    ...metric,
    descriptor: { ...descriptor, name: `${descriptor.name}_${index}_${dataPointType}x` },
    dataPoints: dataPoints
      // No two of which are the same once they are text.
      .map((point, i) => ({
        ...point,
        attributes: { ...point.attributes, nr: i },
        value: saneValue(metric, point.value),
      }))
      .filter(({ value }) => value !== undefined),
  };
}

function saneValue({ dataPointType }: MetricData, value: unknown): unknown {
  if (dataPointType === DataPointType.HISTOGRAM) {
    const { buckets, ...rest } = value as HistogramValue;
    const bounds = buckets.boundaries;
    // 0 and -0 are one bound.
    const ascending = bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] as number));
    if (!ascending || bounds.some((bound) => Number.isNaN(bound) || bound === -Infinity)) return undefined;
    // What is above +Infinity is left out.
    const counts = buckets.counts.map((each, i) => (bounds[i - 1] === Infinity ? 0 : each));
    return { ...rest, buckets: { ...buckets, counts }, count: sum(counts) };
  }
  if (dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) {
    const { zeroCount, positive, negative, ...rest } = value as ExponentialHistogramValue;
    const count = sum([zeroCount, ...positive.bucketCounts, ...negative.bucketCounts]);
    return { ...rest, zeroCount, positive, negative, count };
  }
  if (dataPointType === DataPointType.SUMMARY) {
    const { count, ...rest } = value as SummaryValue;
    return { ...rest, count: Number.isFinite(count) ? Math.floor(Math.abs(count)) % 2 ** 52 : 0 };
  }
  return value;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** All numbers by name and labels, written in one way. */
function numbersOf(families: readonly ParsedFamily[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { samples, type } of families) {
    for (const { name, labels: of, value } of samples) {
      const bound = { histogram: 'le', summary: 'quantile' }[type ?? ''];
      const isBound = (label: string): boolean => label === bound && !/_(count|sum)$/.test(name);
      const written = [...of].map(([label, text]) => `${label}=${isBound(label) ? String(toBound(text)) : text}`);
      numbers.set(`${nameOf(name, type === 'counter')} ${written.join()}`, value);
    }
  }
  return numbers;
}

/** Only OpenMetrics appends `_total` to names that are Prometheus's. */
function nameOf(name: string, isCounter: boolean): string {
  return isCounter ? name.replace(/_total$/, '') : name;
}

function toBound(le: string): number {
  return Number(le.replace('Inf', 'Infinity'));
}

function same(actual: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>, what: string): void {
  for (const [key, value] of expected) {
    const found = actual.get(key);
    // Text has no -0.
    if (found === undefined || !(found === value || Object.is(found, value))) {
      throw new Error(`${what}: ${key} is ${found ?? 'missing'}, not ${value}`);
    }
  }
}

/** As text has them: classic histograms as their samples, native ones left out. */
function classicNumbers(families: readonly DecodedFamily[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { name, type, metrics } of families) {
    for (const { labels: of, gauge, counter, summary, histogram } of metrics) {
      const written = of.map(([label, text]) => `${label}=${text}`);
      const set = (suffix: string, value: number | undefined, ...more: string[]): void => {
        if (value !== undefined)
          numbers.set(`${nameOf(name, type === 0)}${suffix} ${[...written, ...more].join()}`, value);
      };
      set('', gauge ?? counter);
      for (const [quantile, value] of summary?.quantiles ?? []) set('', value, `quantile=${quantile}`);
      set('_count', summary?.count);
      set('_sum', summary?.sum);
      if (histogram === undefined || histogram.schema !== undefined) continue;
      set('_count', histogram.count);
      set('_sum', histogram.sum);
      for (const [bound, count] of histogram.buckets) set('_bucket', count, `le=${bound}`);
    }
  }
  return numbers;
}

function nativeOf(families: readonly DecodedFamily[]): Map<string, DecodedHistogram> {
  const found = new Map<string, DecodedHistogram>();
  for (const { name, metrics } of families) {
    for (const { labels: of, histogram } of metrics) {
      if (histogram?.schema === undefined) continue;
      const nr = of.find(([label]) => label === 'nr')?.[1];
      found.set(`${/_\d+_1x$/.exec(name)?.[0]} ${nr}`, histogram);
    }
  }
  return found;
}

/** Each native histogram has the counts that were collected, where they belong by the values that they count. */
function checkNative(found: ReadonlyMap<string, DecodedHistogram>, { scopeMetrics }: ResourceMetrics): void {
  let expected = 0;
  for (const { descriptor, dataPointType, dataPoints } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    if (dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) continue;
    for (const { attributes, value } of dataPoints) {
      const { scale, zeroCount, positive, negative, count, sum: total } = value as ExponentialHistogramValue;
      const key = `${/_\d+_1x$/.exec(descriptor.name)?.[0]} ${String(attributes['nr'])}`;
      const histogram = found.get(key);
      if (scale < -4) {
        if (histogram !== undefined) throw new Error(`${key} of scale ${scale} is there`);
        continue;
      }
      expected++;
      const { schema, ...rest } = histogram!;
      const actual = JSON.stringify([schema, rest.count, rest.zeroCount, [...rest.positive], [...rest.negative]]);
      const buckets = [positive, negative].map((one) => expectedBuckets(one, scale, schema!));
      const wanted = JSON.stringify([Math.min(scale, 8), count, zeroCount, ...buckets]);
      if (actual !== wanted) throw new Error(`${key} is ${actual}, not ${wanted}`);
      if (!Object.is(rest.sum, total)) throw new Error(`sum of ${key} is ${rest.sum}, not ${total}`);
    }
  }
  if (found.size !== expected) throw new Error(`${found.size} native histograms, not ${expected}`);
}

function expectedBuckets({ offset, bucketCounts }: ExponentialBuckets, scale: number, schema: number): unknown[] {
  const counts = new Map<number, number>();
  for (const [i, each] of bucketCounts.entries()) {
    // The exponent of the upper bound, rounded up to one that the schema has.
    const index = Math.ceil(((offset + i + 1) * 2 ** schema) / 2 ** scale);
    if (each > 0) counts.set(index, (counts.get(index) ?? 0) + each);
  }
  return [...counts];
}

function text(exposition: Exposition, snapshots: readonly LabelledSnapshot[], format: TextFormat): ParsedFamily[] {
  return parse(render(exposition, { view: 'all', snapshots, format }).body.toString(), format);
}

test('whatever two processes collect is valid in all formats, and the same in each', async (t) => {
  await fc.assert(
    fc.asyncProperty(sequencesOfAllKinds, sequencesOfAllKinds, async (one, other) => {
      const encoders = [new SnapshotEncoder({ maxSeries: 1e6 }), new SnapshotEncoder({ maxSeries: 1e6 })];
      const exposition = new Exposition();
      for (let step = 0; step < 3; step++) {
        const data = [one, other].map((sequence) => sane(sequence[step]!));
        const snapshots = await Promise.all(data.map((each, i) => encodeWith(encoders[i]!, each)));
        const labelled = snapshots.map((snapshot, i): LabelledSnapshot => ({ snapshot, labels: labels(i) }));
        const classic = numbersOf(text(exposition, labelled, 'text'));
        const strict = text(exposition, labelled, 'openmetrics');
        same(classic, numbersOf(strict), 'OpenMetrics');
        const families = decode(render(exposition, { view: 'all', snapshots: labelled, format: 'protobuf' }).body);
        const decoded = classicNumbers(families);
        same(classic, decoded, 'protobuf');
        const missing = [...classic.keys()].filter(
          (key) => !decoded.has(key) && !/^\S*_1x_(bucket|count|sum) /.test(key),
        );
        t.deepEqual(missing, []);
        for (const [i, snapshot] of snapshots.entries()) {
          const alone = [{ snapshot, labels: [] }];
          const own = numbersOf(text(exposition, alone, 'text'));
          const official = render(exposition, { view: 'instance', format: 'text', snapshots: alone }).body.toString();
          t.is(official, collectText(new PrometheusText(), snapshot));
          same(own, numbersOf(parse(withSamples(official), 'text')), 'official text');
          const body = render(exposition, { view: 'all', snapshots: alone, format: 'protobuf' }).body;
          checkNative(nativeOf(decode(body)), data[i]!);
        }
      }
    }),
    { numRuns: 60, includeErrorInReport: true },
  );
});

/**
 * Without the families that have no samples, among them those of a type that the serializer does not know. Only a line
 * feed ends a line: a description may have what else JavaScript takes for an end.
 */
function withSamples(official: string): string {
  return official
    .replace(/(?<![^\n])# UNIT [^\n]*\n/g, '')
    .replace(/# no registered metrics\n$/, '')
    .replace(/(?<![^\n])# HELP [^\n]*\n# TYPE [^\n]*\n(?=# |$)/g, '')
    .replace(/^# HELP target_info [^\n]*\n[^\n]*\ntarget_info 1\n/, '');
}
