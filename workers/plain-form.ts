/**
 * Renders a snapshot as the JSON text of OpenTelemetry's ResourceMetrics: the form of the answers in the first version
 * of the message protocol.
 *
 * JSON has no NaN and no infinities, so they become the strings `NaN`, `+Inf` and `-Inf`. The official
 * PrometheusSerializer prints these strings as they are, which gives the same text as for the numbers. (Its versions up
 * to 0.57 print all three as `+Inf`. No JSON value makes those print NaN. A value that makes those print -Inf makes later
 * versions print something else.)
 */
import { DataPointType, type HrTime } from '../core/otel';
import {
  COUNT,
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  EXP_ZERO_COUNT,
  HISTOGRAM_BUCKETS,
  MAX,
  MIN,
  SCALAR_VALUE,
  START,
  SUM,
  SUMMARY_VALUES,
  type ExponentialLayout,
  type Family,
  type HistogramLayout,
  type Layout,
  type Page,
  type Snapshot,
} from '../core/snapshot';
import { TextPieces } from '../core/pieces';
import { forEachSeries, seriesCount } from '../core/series';
import type { PageCache } from './page-cache';

/**
 * The text in pieces, as UTF-8.
 *
 * @param pages a cache on which {@link PageCache.use} was called with this snapshot
 * @throws TooLargeError where the text is longer than `limitBytes`
 */
export function plainPieces(snapshot: Snapshot, pages: PageCache, limitBytes?: number): Buffer[] {
  const text = new TextPieces(limitBytes);
  text.add(`{"resource":{"attributes":${snapshot.resource}},"scopeMetrics":[`);
  snapshot.scopes.forEach(({ scope, families }, at) => {
    text.add(`${at === 0 ? '' : ','}{"scope":${JSON.stringify(scope)},"metrics":[`);
    families.forEach((family, index) => {
      if (index > 0) text.add(',');
      addMetric(text, family, snapshot.values, pages);
    });
    text.add(']}');
  });
  text.add(']}');
  return text.finish();
}

/** The text as one string: for snapshots of a known size. */
export function plainJson(snapshot: Snapshot, pages: PageCache): string {
  return Buffer.concat(plainPieces(snapshot, pages)).toString();
}

/**
 * A number of bytes that the text certainly exceeds, found without writing it: the attributes of the series, and the least
 * that stands between them.
 */
export function leastBytes({ scopes }: Snapshot): number {
  let bytes = 0;
  for (const { families } of scopes) {
    for (const family of families) {
      bytes += seriesCount(family) * LEAST_BYTES_PER_SERIES;
      // A series that is absent adds nothing to the text, and how much of the page it takes is not known.
      if (family.order === undefined) for (const { page } of family.pages) bytes += page.attributes.length;
    }
  }
  return bytes;
}

/** Of a data point, without its attributes. */
const LEAST_BYTES_PER_SERIES = '{"attributes":,"startTime":[0,0],"endTime":[0,0],"value":0}'.length;

/** Adds a data point: the JSON texts of its attributes and of its value. */
type AddPoint = (attributes: string, value: string) => void;
/** Adds the data points of one series. */
type AddSeries = (add: AddPoint, page: Page, index: number, offset: number) => void;

function addMetric(text: TextPieces, family: Family, values: Float64Array, pages: PageCache): void {
  if (family.dataPointType === DataPointType.SUMMARY) {
    addSummary(text, family, values, pages);
    return;
  }
  addDataPoints(text, family, values, (add, page, index, offset) => {
    add(pages.text(page, index), valueJson(page.layout, values, offset));
  });
}

/**
 * OpenTelemetry has no summaries: quantiles are a gauge, count and sum are sums. These are not monotonic, since the serializer
 * would append `_total` to their names.
 */
function addSummary(text: TextPieces, family: Family, values: Float64Array, pages: PageCache): void {
  const { name } = family.descriptor;
  const quantiles = { ...family, dataPointType: DataPointType.GAUGE, isMonotonic: undefined };
  addDataPoints(text, quantiles, values, (add, page, index, offset) => {
    if (page.layout.kind !== 'summary') return;
    const attributes = pages.text(page, index);
    const open = attributes === '{}' ? '{' : `${attributes.slice(0, -1)},`;
    page.layout.quantiles.forEach((quantile, i) => {
      add(`${open}"quantile":"${quantile}"}`, numberJson(values[offset + SUMMARY_VALUES + i] as number));
    });
  });
  for (const [suffix, at] of [['_count', COUNT] as const, ['_sum', SUM] as const]) {
    const descriptor = { ...family.descriptor, name: name + suffix };
    const sums = { ...family, descriptor, dataPointType: DataPointType.SUM, isMonotonic: false };
    text.add(',');
    addDataPoints(text, sums, values, (add, page, index, offset) => {
      add(pages.text(page, index), numberJson(values[offset + at] as number));
    });
  }
}

function addDataPoints(text: TextPieces, family: Family, values: Float64Array, addSeries: AddSeries): void {
  const { descriptor, aggregationTemporality, dataPointType, isMonotonic } = family;
  const head = JSON.stringify({ descriptor, aggregationTemporality, dataPointType, isMonotonic });
  text.add(`${head.slice(0, -1)},"dataPoints":[`);
  const end = JSON.stringify(family.endTime);
  let separator = '';
  let lastStart = Number.NaN;
  let times = '';
  const add: AddPoint = (attributes, value) => {
    text.add(`${separator}{"attributes":${attributes},${times},"value":${value}}`);
    separator = ',';
  };
  forEachSeries(family, (page, index, offset) => {
    const start = values[offset + START] as number;
    // Most series have the start time of the series before.
    if (start !== lastStart) {
      lastStart = start;
      times = `"startTime":${JSON.stringify(hrTime(start))},"endTime":${end}`;
    }
    addSeries(add, page, index, offset);
  });
  text.add(']}');
}

function hrTime(micros: number): HrTime {
  const seconds = Math.floor(micros / 1e6);
  return Number.isFinite(seconds) ? [seconds, Math.round((micros - seconds * 1e6) * 1e3)] : [0, 0];
}

function valueJson(layout: Layout, values: Float64Array, offset: number): string {
  switch (layout.kind) {
    case 'scalar':
      return numberJson(values[offset + SCALAR_VALUE] as number);
    case 'histogram':
      return histogramJson(layout, values, offset);
    case 'exponential':
      return exponentialJson(layout, values, offset);
    case 'summary':
      throw new TypeError('a summary has no value in OpenTelemetry');
  }
}

function numberJson(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return '"NaN"';
  return value > 0 ? '"+Inf"' : '"-Inf"';
}

/** Rendered once per layout: thousands of series have the same bounds. */
const bucketHeads = new WeakMap<HistogramLayout, { readonly head: string; readonly counts: number }>();

function bucketHead(layout: HistogramLayout): { readonly head: string; readonly counts: number } {
  let made = bucketHeads.get(layout);
  if (made === undefined) {
    const { bounds, buckets } = layout;
    // A bound of +Infinity arrives as a string, after which the serializer would add a second +Inf bucket unless there
    // are as many counts as bounds.
    const counts = bounds.includes(Number.POSITIVE_INFINITY) ? Math.min(buckets, bounds.length) : buckets;
    made = { head: `{"buckets":{"boundaries":[${bounds.map(boundJson).join(',')}],"counts":[`, counts };
    bucketHeads.set(layout, made);
  }
  return made;
}

function boundJson(bound: number): string {
  return Number.isFinite(bound) ? String(bound) : `"${bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound)}"`;
}

function histogramJson(layout: HistogramLayout, values: Float64Array, offset: number): string {
  const { head, counts } = bucketHead(layout);
  return `${head}${countsJson(values, offset + HISTOGRAM_BUCKETS, counts)}]},${momentsJson(layout, values, offset)}}`;
}

function exponentialJson(layout: ExponentialLayout, values: Float64Array, offset: number): string {
  const at = (index: number): string => numberJson(values[offset + index] as number);
  const positive = countsJson(values, offset + EXP_BUCKETS, values[offset + EXP_POSITIVE_LENGTH] as number);
  const negative = countsJson(
    values,
    offset + EXP_BUCKETS + layout.positive,
    values[offset + EXP_NEGATIVE_LENGTH] as number,
  );
  return (
    `{"scale":${at(EXP_SCALE)},"zeroCount":${at(EXP_ZERO_COUNT)},` +
    `"positive":{"offset":${at(EXP_POSITIVE_OFFSET)},"bucketCounts":[${positive}]},` +
    `"negative":{"offset":${at(EXP_NEGATIVE_OFFSET)},"bucketCounts":[${negative}]},` +
    `${momentsJson(layout, values, offset)}}`
  );
}

/** A count that is not finite becomes `null`: readers add counts up, and a string would spoil the sum. */
function countsJson(values: Float64Array, from: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) {
    const value = values[from + i] as number;
    text += (i === 0 ? '' : ',') + (Number.isFinite(value) ? String(value) : 'null');
  }
  return text;
}

function momentsJson(layout: HistogramLayout | ExponentialLayout, values: Float64Array, offset: number): string {
  let text = `"count":${numberJson(values[offset + COUNT] as number)}`;
  if (layout.sum) text += `,"sum":${numberJson(values[offset + SUM] as number)}`;
  if (layout.min) text += `,"min":${numberJson(values[offset + MIN] as number)}`;
  if (layout.max) text += `,"max":${numberJson(values[offset + MAX] as number)}`;
  return text;
}
