/** Makes OpenTelemetry's ResourceMetrics of a snapshot, in steps: what a reader with cumulative temporality returns. */
import {
  type Attributes,
  type DataPoint,
  type Descriptor,
  type ExponentialHistogramValue,
  type HistogramValue,
  type HrTime,
  type MetricData,
  type ResourceMetrics,
  AggregationTemporality,
} from '../../../core/otel';
import { attributesOf } from '../../../core/page-texts';
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
  ORDER_MASK,
  ORDER_SHIFT,
  SCALAR_VALUE,
  START,
  strideOf,
  SUM,
  type ExponentialLayout,
  type Family,
  type HistogramLayout,
  type Layout,
  type Page,
  type PlacedPage,
  type Snapshot,
} from '../../../core/snapshot';
import type { Sliced } from '../../../core/slicer';
import type { KnownInstruments } from '../../opentelemetry/known-instruments';

const STEP_POINTS = 64;

/** The same objects at each call, as OpenTelemetry's SDK has it: others compare by identity too. */
const attributes = new WeakMap<Page, readonly Attributes[]>();

/** @param instruments by them families have the order of the SDK, and its descriptors */
export function* resourceMetricsOf(
  { scopes, values }: Snapshot,
  resource: ResourceMetrics['resource'],
  instruments: KnownInstruments,
): Sliced<ResourceMetrics> {
  const scopeMetrics = [];
  for (const { scope, families } of instruments.sortedScopes(scopes)) {
    const metrics: MetricData[] = [];
    for (const [family, descriptor] of instruments.sortedFamilies(scope, families)) {
      metrics.push(yield* metricOf(family, descriptor, values));
    }
    if (metrics.length > 0) scopeMetrics.push({ scope: instruments.scopeOf(scope), metrics });
  }
  return { resource, scopeMetrics };
}

function* metricOf(family: Family, descriptor: Descriptor, values: Float64Array): Sliced<MetricData> {
  const { dataPointType, isMonotonic, pages, order } = family;
  const dataPoints: DataPoint[] = [];
  if (order === undefined) {
    for (const placed of pages) {
      for (let index = 0; index < placed.page.size; index++) {
        if (index % STEP_POINTS === 0) yield;
        dataPoints.push(pointOf(placed, index, family, values));
      }
    }
  } else {
    for (const entry of order) {
      if (dataPoints.length % STEP_POINTS === 0) yield;
      const placed = pages[entry >> ORDER_SHIFT] as PlacedPage;
      dataPoints.push(pointOf(placed, entry & ORDER_MASK, family, values));
    }
  }
  return {
    descriptor,
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType,
    dataPoints,
    ...(isMonotonic !== undefined && { isMonotonic }),
  };
}

function pointOf({ page, base }: PlacedPage, index: number, { endTime }: Family, values: Float64Array): DataPoint {
  let own = attributes.get(page);
  if (own === undefined) attributes.set(page, (own = attributesOf(page)));
  const offset = base + index * strideOf(page.layout);
  return {
    attributes: own[index] as Attributes,
    startTime: hrTime(values[offset + START] as number),
    endTime,
    value: valueOf(page.layout, values, offset),
  };
}

function hrTime(micros: number): HrTime {
  const seconds = Math.floor(micros / 1e6);
  return Number.isFinite(seconds) ? [seconds, Math.round((micros - seconds * 1e6) * 1e3)] : [0, 0];
}

function valueOf(layout: Layout, values: Float64Array, offset: number): unknown {
  switch (layout.kind) {
    case 'scalar':
      return values[offset + SCALAR_VALUE];
    case 'histogram':
      return histogramOf(layout, values, offset);
    case 'exponential':
      return exponentialOf(layout, values, offset);
    case 'summary':
      throw new TypeError('OpenTelemetry has no summaries');
  }
}

function histogramOf(layout: HistogramLayout, values: Float64Array, offset: number): HistogramValue {
  const counts = numbers(values, offset + HISTOGRAM_BUCKETS, layout.buckets);
  return { ...moments(layout, values, offset), buckets: { boundaries: layout.bounds, counts } };
}

function exponentialOf(layout: ExponentialLayout, values: Float64Array, offset: number): ExponentialHistogramValue {
  const at = (index: number): number => values[offset + index] as number;
  const buckets = (offsetAt: number, lengthAt: number, from: number) => ({
    offset: at(offsetAt),
    bucketCounts: numbers(values, offset + from, at(lengthAt)),
  });
  return {
    ...moments(layout, values, offset),
    scale: at(EXP_SCALE),
    zeroCount: at(EXP_ZERO_COUNT),
    positive: buckets(EXP_POSITIVE_OFFSET, EXP_POSITIVE_LENGTH, EXP_BUCKETS),
    negative: buckets(EXP_NEGATIVE_OFFSET, EXP_NEGATIVE_LENGTH, EXP_BUCKETS + layout.positive),
  };
}

function moments({ sum, min, max }: HistogramLayout | ExponentialLayout, values: Float64Array, offset: number) {
  const at = (index: number): number => values[offset + index] as number;
  return {
    count: at(COUNT),
    ...(sum && { sum: at(SUM) }),
    ...(min && { min: at(MIN) }),
    ...(max && { max: at(MAX) }),
  };
}

/** A copy, since the column is written again later. */
function numbers(values: Float64Array, from: number, count: number): number[] {
  return Array.from(values.subarray(from, from + count));
}
